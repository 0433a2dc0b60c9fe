import type { SimulatedAnswer } from '../frame/index.js';

/** A refusal as a value, told apart from an answer by its class. */
export class VaultRefusal {
  constructor(readonly answer: SimulatedAnswer) {}
}

/** Success always travels in this envelope, also for create, which answers 200. @see PROVIDERS.md 1.2 */
export function success(data: unknown, more: object = {}): { status: number; body: unknown } {
  return { status: 200, body: { status_code: 200, status: 'OK', data, ...more } };
}

interface ErrorKind {
  readonly status: number;
  readonly error: string;
  readonly typeName: string;
  readonly message: string;
}

const INVALID: ErrorKind = {
  status: 400,
  error: 'Bad Request',
  typeName: 'RequestValidationError',
  message: 'Invalid Params',
};
const UNAUTHORIZED: ErrorKind = {
  status: 401,
  error: 'Unauthorized',
  typeName: 'UnauthorizedError',
  message: 'Unauthorized Request',
};
const NOT_FOUND: ErrorKind = {
  status: 404,
  error: 'Not Found',
  typeName: 'EntityNotFoundError',
  message: 'Unknown Consumer',
};

/** 400 with `detail` as text or as an object: clients must bear both. @see PROVIDERS.md 1.4 */
export function invalid(detail: string | object): VaultRefusal {
  return refuse(INVALID, detail);
}

export function unauthorized(detail: string): VaultRefusal {
  return refuse(UNAUTHORIZED, detail);
}

export function consumerNotFound(consumerId: string): VaultRefusal {
  return refuse(NOT_FOUND, { not_found: { entity: 'consumer', id: consumerId } });
}

export function routeNotFound(): VaultRefusal {
  return refuse({ ...NOT_FOUND, message: 'Unknown Resource' }, 'No such resource');
}

function refuse({ status, error, typeName, message }: ErrorKind, detail: string | object): VaultRefusal {
  return new VaultRefusal({
    status,
    body: {
      status_code: status,
      error,
      type_name: typeName,
      message,
      detail,
      ref: `https://developers.apideck.com/errors#${typeName.toLowerCase()}`,
    },
  });
}

type Code =
  | 'invalid_request'
  | 'invalid_access_token'
  | 'app_not_found'
  | 'user_not_found'
  | 'device_not_found'
  | 'metadata_field_not_found';

/** A refusal as Passage answers it; the codes are those of its closed lists. @see PROVIDERS.md 3.4 */
export class PassageRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: Code,
    message: string,
  ) {
    super(message);
  }
}

export function unauthorized(): PassageRefusal {
  return new PassageRefusal(401, 'invalid_access_token', 'invalid access token');
}

export function appNotFound(): PassageRefusal {
  return new PassageRefusal(404, 'app_not_found', 'app not found');
}

export function userNotFound(): PassageRefusal {
  return new PassageRefusal(404, 'user_not_found', 'user not found');
}

export function deviceNotFound(): PassageRefusal {
  return new PassageRefusal(404, 'device_not_found', 'device not found');
}

export function invalidRequest(message: string): PassageRefusal {
  return new PassageRefusal(400, 'invalid_request', message);
}

/**
 * An identifier is taken. No 409 is documented and the code lists are closed, so only the status is open.
 * @see PROVIDERS.md 3.6 (inferred)
 */
export function identifierTaken(status: 400 | 409): PassageRefusal {
  return new PassageRefusal(status, 'invalid_request', 'user already exists');
}

/** A key that the app's schema lacks. @see PROVIDERS.md 3.3 (inferred) */
export function unknownMetadata(status: 400 | 404): PassageRefusal {
  return status === 400
    ? invalidRequest('user_metadata holds a field that the app does not have')
    : new PassageRefusal(404, 'metadata_field_not_found', 'metadata field not found');
}

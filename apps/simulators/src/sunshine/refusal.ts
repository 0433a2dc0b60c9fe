/**
 * Every refusal this provider answers with. `code` is one the description shows, save `app_not_found`
 * and `payload_too_large`, which are inferred.
 * @see PROVIDERS.md 2.4
 */
export class SunshineRefusal extends Error {
  constructor(
    readonly status: number,
    readonly errors: readonly { readonly code: string; readonly title: string }[],
  ) {
    super(errors.map((each) => each.title).join('; '));
  }
}

export function unauthorized(): SunshineRefusal {
  return new SunshineRefusal(401, [{ code: 'unauthorized', title: 'Authorization is required' }]);
}

export function forbidden(): SunshineRefusal {
  return new SunshineRefusal(403, [{ code: 'forbidden', title: 'Forbidden' }]);
}

export function appNotFound(): SunshineRefusal {
  return new SunshineRefusal(404, [{ code: 'app_not_found', title: 'App not found' }]);
}

export function notFound(): SunshineRefusal {
  return new SunshineRefusal(404, [{ code: 'not_found', title: 'Resource not found' }]);
}

export function userNotFound(): SunshineRefusal {
  return new SunshineRefusal(404, [{ code: 'user_not_found', title: 'User not found' }]);
}

export function conflict(): SunshineRefusal {
  return new SunshineRefusal(409, [{ code: 'conflict', title: 'User already exists' }]);
}

export function payloadTooLarge(): SunshineRefusal {
  return new SunshineRefusal(413, [{ code: 'payload_too_large', title: 'Request entity too large' }]);
}

/** One entry a fault: only a 400 carries several. */
export function badRequest(titles: readonly string[]): SunshineRefusal {
  return new SunshineRefusal(
    400,
    titles.map((title) => ({ code: 'bad_request', title })),
  );
}

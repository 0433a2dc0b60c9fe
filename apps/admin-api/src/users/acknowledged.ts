import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { type AuthenticatedRequest, requireScope } from '../auth/key.guard.js';
import { refusal } from '../http/input.pipe.js';
import { entryQuery } from './requests.js';

/**
 * Whether the caller says that the email of an erased person is another person's by now. Whoever may erase people may
 * say so.
 */
export const AcknowledgesErased = createParamDecorator((_: unknown, context: ExecutionContext): boolean => {
  const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
  const parsed = entryQuery.safeParse(request.query);
  if (!parsed.success) throw refusal(parsed.error.issues);
  const says = parsed.data.acknowledgeErased === 'true';
  if (says) requireScope(request, 'users:erase');
  return says;
});

/** Says that a route takes the acknowledgement. */
export function TakesAcknowledgement(): MethodDecorator {
  return ApiQuery({
    name: 'acknowledgeErased',
    required: false,
    enum: ['true', 'false'],
    description:
      'The email is that of an erased person (409 erased_identifier), and another person’s now. Needs the scope users:erase.',
  });
}

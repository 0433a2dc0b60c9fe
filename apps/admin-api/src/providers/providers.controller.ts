import { Controller, Get, Inject } from '@nestjs/common';
import type { Convergence } from '#store';
import { Requires } from '../auth/scopes.js';
import { Answers, Describes } from '../docs/decorators.js';
import { convergenceList, providerList, semanticsView } from '../docs/views.js';
import { type Provider, ProvidersService } from './providers.service.js';
import type { Semantics } from './semantics.js';

/** The providers, and how far each is behind. */
@Controller('v1')
export class ProvidersController {
  constructor(@Inject(ProvidersService) private readonly providers: ProvidersService) {}

  @Get('providers')
  @Requires('providers:read')
  @Describes('List providers', 'What each can do, what each status means there, and whether it runs.')
  @Answers(200, providerList)
  async list(): Promise<{ readonly providers: readonly Provider[] }> {
    return { providers: await this.providers.list() };
  }

  @Get('providers/semantics')
  @Requires('providers:read')
  @Describes(
    'Read the semantics of the lifecycle',
    'Which moves there are, what each status can mean at each provider configured here and what it does mean, whether the way back ends with the same account, and what is lost.',
  )
  @Answers(200, semanticsView)
  semantics(): Semantics {
    return this.providers.semantics();
  }

  @Get('convergence')
  @Requires('providers:read')
  @Describes('Read convergence', 'Every link counted once, by where it stands.')
  @Answers(200, convergenceList)
  async convergence(): Promise<{ readonly providers: readonly Convergence[] }> {
    return { providers: await this.providers.convergence() };
  }
}

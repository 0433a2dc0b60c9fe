import { runProcess } from '#service';
import { startWorker } from './app.js';

await runProcess('worker', startWorker);

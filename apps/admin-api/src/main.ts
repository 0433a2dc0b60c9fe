import { runProcess } from '#service';
import { startAdminApi } from './start.js';

await runProcess('admin API', startAdminApi);

import { runTask } from '../../lib/host/run-task.ts';
import { widenThreadPool } from '../../lib/host/thread-pool.ts';
import { inputs } from './inputs.ts';
import { run } from './task.ts';

widenThreadPool(128);
runTask(inputs, run);

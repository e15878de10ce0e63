import { runTask } from '../../lib/host/run-task.ts';
import { inputs } from './inputs.ts';
import { run } from './task.ts';

runTask(inputs, run);

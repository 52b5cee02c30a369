// A thread that checks one database file: at a million entries that takes seconds, and the daemon serves meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { type CheckDepth, checkWordsOf } from '../store/check-file.ts';

const { file, depth } = workerData as { file: string; depth: CheckDepth }; // as check-aside.ts gives it

parentPort?.postMessage(checkWordsOf(file, depth));

// A thread that checks one database file: at a million entries that takes seconds, and the daemon serves meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { quickWordsOf } from '../store/check-file.ts';

parentPort?.postMessage(quickWordsOf(String(workerData)));

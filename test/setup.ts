import fc from 'fast-check';
import { inMemory } from './harness/in-memory.ts';

// The same cases in every run, so that a red test is a change and no accident. PRSIST_SEED=<n> asks for others:
// the soak runs do, and what they find becomes a named regression.
fc.configureGlobal({ seed: Number(process.env['PRSIST_SEED'] ?? 20_261_120) });

// read whenever a temporary directory is made
process.env['TMPDIR'] ??= inMemory();

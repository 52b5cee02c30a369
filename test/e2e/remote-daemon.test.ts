// The contract of remotes over a real line: a bare repository behind `git daemon` on loopback.
import { servedPlace } from '../features/sync/real-places.ts';
import { remoteContract } from '../features/sync/remote-contract.ts';

remoteContract('git, behind git daemon', servedPlace);

// Scripts as an installation under a home of its own would write them.
import { join } from 'node:path';
import { type ScriptFacts, scriptFiles, startEnvironment } from '../../../src/features/capture/install/scripts.ts';

export function factsOf(home: string): { facts: ScriptFacts; scripts: () => ReturnType<typeof scriptFiles> } {
  const own = join(home, '.local/share/prsist');
  const state = join(home, '.local/state/prsist');
  const facts: ScriptFacts = {
    ...{ bin: join(own, 'bin'), stateDirectoryNote: join(own, 'state-dir'), stateDirectory: state, nodePath: '/n' },
    ...{
      agent: '#!/bin/sh\n',
      git: '#!/bin/sh\n',
      start: '#!/bin/sh\n',
      plugin: '// prsist\n',
      daemonPath: '/d',
      commandPath: '/c',
    },
    environment: startEnvironment({ config: join(home, 'c'), data: own, state }),
  };
  return { facts, scripts: () => scriptFiles(facts) };
}

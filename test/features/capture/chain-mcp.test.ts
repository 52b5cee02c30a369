import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { hookedAgents } from '../../../src/core/words.ts';
import { enteredServer, mcpLink } from '../../../src/features/capture/chain-mcp.ts';
import { agentDirectory, agentMcp } from '../../../src/features/capture/install/places.ts';
import { planUserHooks } from '../../../src/features/capture/install/plan.ts';
import { applyOperations } from '../../../src/platform/apply-edits.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';
import { factsOf } from './install-facts.ts';

test('CA123: the server of each agent is read back as it was entered; gone, off, another, or without its program it is told', () => {
  const home = temporaryDirectory();
  const homes = { home, moved: {} };
  const { facts } = factsOf(home);
  for (const agent of hookedAgents) fs.mkdirSync(agentDirectory(homes, agent), { recursive: true });
  const { operations } = planUserHooks(facts, homes, { agents: hookedAgents, form: 'sh', mcp: true });
  const needs = { homes, entered: () => new Map() };
  for (const agent of hookedAgents)
    expect(mcpLink(needs, agent)).toMatchObject({ state: 'waiting', fix: 'prsist init' });
  applyOperations(operations);
  const command = join(facts.bin, 'prsist');
  for (const agent of hookedAgents) {
    const path = agentMcp(homes, agent);
    expect(enteredServer(needs, agent)).toEqual({ path, command, args: ['mcp'], isOurs: true, isOff: false });
    expect(mcpLink(needs, agent)).toMatchObject({ state: 'waiting', fix: '' });
    const text = fs.readFileSync(path, 'utf8');
    fs.writeFileSync(path, text.replace(`${dirname(command)}/prsist`, '/usr/bin/other'));
    expect(mcpLink(needs, agent)).toMatchObject({ state: 'degraded', fix: `edit ${path}` });
    fs.writeFileSync(path, text);
  }
  fs.chmodSync(command, 0o600);
  expect(mcpLink(needs, 'codex')).toMatchObject({ state: 'broken', fix: 'prsist doctor --fix' });
  const opencode = agentMcp(homes, 'opencode');
  fs.writeFileSync(opencode, fs.readFileSync(opencode, 'utf8').replace('"enabled": true', '"enabled": false'));
  expect(mcpLink(needs, 'opencode')).toMatchObject({
    state: 'degraded',
    what: expect.stringContaining('switched off'),
  });
});

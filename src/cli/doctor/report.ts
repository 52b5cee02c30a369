import { join } from 'node:path';
import { productVersion, protocol } from '../../core/protocol.ts';
import { readText, writeAtomic } from '../../platform/files.ts';
import { systemName } from '../../platform/host.ts';
import { fileBytes } from '../../platform/walk.ts';
import type { Cli } from '../cli.ts';
import type { Examined } from './examine.ts';

const logLines = 300;

/**
 * Writes one readable JSON file, for nobody else, to hand on: what was found, versions, settings, sizes, the end of the
 * log. The log is redacted when it is written; names of home and account are taken out here. Returns its path.
 */
export async function writeReport(cli: Cli, found: Examined): Promise<string> {
  const { paths } = cli.client;
  const at = new Date(cli.now()).toISOString();
  const settings = await cli.client.call('config.explain', {}).then(
    ({ items }) =>
      items.filter(({ source }) => source !== 'default').map(({ key, value, source }) => ({ key, value, source })),
    (error: unknown) => String(error),
  );
  const report = {
    ...{ at, prsist: productVersion, protocol, node: process.version, system: systemName() },
    ...{ findings: found.checks.flatMap(({ findings }) => findings), mended: found.mended, notes: found.notes },
    checked: found.checks.map(({ group, name, findings }) => `${group}: ${name}: ${findings.length || 'ok'}`),
    ...{ settings, sizes: { user_db: fileBytes(paths.userDatabase), log: fileBytes(paths.log) } },
    start_error: readText(paths.startError) ?? null,
    log: (readText(paths.log) ?? '').trimEnd().split('\n').slice(-logLines),
  };
  const path = join(paths.state, `report-${at.replaceAll(/[^0-9TZ]/g, '')}.json`);
  writeAtomic(path, `${JSON.stringify(report, null, 2).replaceAll(paths.home, '~')}\n`);
  return path;
}

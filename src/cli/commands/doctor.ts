import { type Check, checkGroups, type Finding } from '../../core/finding.ts';
import type { Cli, Register } from '../cli.ts';
import { type Examined, examine } from '../doctor/examine.ts';
import { writeReport } from '../doctor/report.ts';
import { type Verified, verifyRemotes, withoutTold } from '../doctor/verify-remote.ts';
import { withExamples } from '../examples.ts';
import { plural } from '../print.ts';
import { oneLine } from '../text.ts';

interface Options {
  readonly deep?: boolean;
  readonly fix?: boolean;
  readonly report?: boolean;
  readonly verifyRemote?: string | true;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('doctor')
    .description('Find what is broken: daemon, databases, rights, settings, hooks. Exit 1 when something is.')
    .option('--deep', 'also every record, text and row of every database (writes wait meanwhile)')
    .option('--fix', 'mend what can be mended without losing anything, and say each thing')
    .option('--report', 'write what was found, with versions, settings and log, into a file to hand on; no secrets')
    .option(
      '--verify-remote [name]',
      'also rebuild every project (or that of --project) from this remote alone, or from each, beside the one in use, and compare',
    )
    .action(bind(doctor));
  withExamples(command, [
    'prsist doctor',
    'prsist doctor --fix',
    'prsist doctor --deep --report',
    'prsist doctor --verify-remote home',
  ]);
};

async function doctor(cli: Cli, options: Options): Promise<number> {
  const { deep = false, fix = false } = options;
  const verified = await verifiedBy(cli, options);
  if (verified === 130) return verified;
  let found = await examine(cli, { deep, fix });
  // what was mended is looked at again, so that "mended" is more than a claim
  if (fix && found.mended.length > 0) found = { ...(await examine(cli, { deep, fix: false })), mended: found.mended };
  if (verified) found = withVerified(found, verified);
  const findings = found.checks.flatMap((check) => check.findings);
  const path = options.report ? await writeReport(cli, found) : undefined;
  const more = { ...(path ? { report: path } : {}), ...(verified ? { verified: verified.remotes } : {}) };
  const reply = { success: true, ok: findings.length === 0, ...found, ...more };
  cli.answer(reply, () => show(cli, found, findings));
  if (path) cli.print.note(`report: ${path}`);
  return findings.length > 0 ? 1 : 0;
}

async function verifiedBy(cli: Cli, { verifyRemote }: Options): Promise<Verified | 130 | undefined> {
  if (verifyRemote === undefined) return undefined;
  return verifyRemotes(cli, verifyRemote === true ? undefined : verifyRemote);
}

function withVerified(found: Examined, verified: Verified): Examined {
  return {
    ...found,
    checks: [...withoutTold(found.checks, verified), verified.check],
    notes: [...found.notes, ...verified.notes],
  };
}

function show(cli: Cli, { checks, mended, notes }: Examined, findings: readonly Finding[]): void {
  const { print } = cli;
  for (const text of mended) print.line(`${print.paint('green', 'mended')}  ${oneLine(text)}`);
  print.table(checkGroups.flatMap((group) => groupRow(cli, group, checks)));
  for (const finding of findings) {
    print.line('');
    print.line(`${print.paint('red', finding.code)}  ${oneLine(finding.what)}`);
    print.line(`  why: ${oneLine(finding.why)}`);
    print.line(`  try: ${oneLine(finding.fix)}`);
  }
  for (const note of notes) print.note(`note: ${oneLine(note)}`);
  print.note(findings.length === 0 ? 'all is well' : plural(findings.length, 'finding'));
}

function groupRow(cli: Cli, group: Check['group'], checks: readonly Check[]): (readonly string[])[] {
  const own = checks.filter((check) => check.group === group);
  if (own.length === 0) return [];
  const bad = own.filter(({ findings }) => findings.length > 0).length;
  const word = bad === 0 ? cli.print.paint('green', 'ok') : cli.print.paint('red', `${bad} of ${own.length}`);
  return [[group, word, own.map(({ name, findings }) => (findings.length > 0 ? `${name}!` : name)).join(', ')]];
}

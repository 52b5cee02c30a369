import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { size } from '../print.ts';
import { oneLine } from '../text.ts';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('stats')
    .description('How much is remembered of this project and of you, and how often it is found.')
    .action(bind(stats));
  withExamples(command, ['prsist stats', 'prsist stats --json | jq .top_keys']);
};

async function stats(cli: Cli): Promise<void> {
  const reply = await cli.client.call('stats.get', {});
  const rate = (share: number) => `${Math.round(100 * share)} %`;
  cli.answer(reply, () => {
    cli.print.table([
      ['entries', `${reply.total_entries}`],
      ['  by layer', layers(reply)],
      ['  critical', `${reply.critical_count}`],
      ['sessions', `${reply.active_sessions} at work`],
      ['messages', `${reply.message_count}`],
      ['documents', `${reply.document_count}`],
      ['conflicts', `${reply.conflict_count}`],
      [
        'reads',
        `${reply.total_accesses} in 30 days${reply.cache_hit_rate === null ? '' : `, ${rate(reply.cache_hit_rate)} found`}`,
      ],
      ['behind', `${reply.pending_syncs} records wait for mirror and remotes`],
      ['size', `${size(reply.db_bytes)} on disk, ${size(reply.cache_size.ephemeral)} ephemeral in memory`],
    ]);
    if (reply.top_keys.length === 0) return;
    cli.print.line('');
    cli.print.table(
      reply.top_keys.map(({ key, accesses, hit_rate }) => [
        oneLine(key),
        `${accesses} reads`,
        `${rate(hit_rate)} found`,
      ]),
    );
  });
}

function layers(reply: {
  readonly ephemeral_count: number;
  readonly session_count: number;
  readonly short_term_count: number;
  readonly long_term_count: number;
  readonly permanent_count: number;
}): string {
  const { ephemeral_count, session_count, short_term_count, long_term_count, permanent_count } = reply;
  const lasting = `${short_term_count} short-term, ${long_term_count} long-term, ${permanent_count} permanent`;
  return `${ephemeral_count} ephemeral, ${session_count} session, ${lasting}`;
}

import { scheduleOf } from './schedule.ts';
import { shrunk } from './shrink.ts';
import { simulate } from './simulate.ts';
const seed = Number(process.argv[2]); const ent = process.argv[3];
const schedule = scheduleOf(seed);
const less = await shrunk(schedule, async (one) => (await simulate(one)).failures.length > 0);
const out = await simulate(less, (devices) => {
  const d: any = devices[0];
  const store = d.store ?? d.project ?? d.open?.store;
  const find = (o: any, depth = 0): any => { if (!o || typeof o !== 'object' || depth > 3) return undefined; if (o.statements && o.db) return o; for (const k of Object.getOwnPropertyNames(o)) { try { const f = find(o[k], depth + 1); if (f && f.settings?.kind === 'project') return f; } catch {} } return undefined; };
  const s = store?.statements ? store : find(d);
  console.log(Object.getOwnPropertyNames(Object.getPrototypeOf(d)), Object.keys(d));
  if (!s) return;
  for (const r of s.statements.all('select l.log, l.dev, r.seq, r.body, r.state from records r join logs l using(log_n) where r.ent = ? order by hlc', [ent])) console.log(r.log.slice(-4), r.dev.slice(-4), r.seq, r.state, r.body.slice(0, 900));
  console.log(s.statements.all('select * from memory_context_registry where ent = ?', [ent]));
  console.log(s.statements.all('select * from conflicts where ent = ?', [ent]));
});
console.log(out.failures);

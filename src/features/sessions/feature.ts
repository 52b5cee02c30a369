import { join } from 'node:path';
import { type Feature, feature } from '../feature.ts';
import { accept } from './accept.ts';
import { blame } from './blame.ts';
import { commitRows } from './commit-projection.ts';
import { wholeContext } from './context.ts';
import { contract } from './contract.ts';
import { exportSession } from './export.ts';
import { decline, handOver, handoffs } from './handoff.ts';
import { list, messages, show } from './list.ts';
import { end, message } from './message.ts';
import { messageRows } from './message-projection.ts';
import type { SessionNeeds } from './needs.ts';
import { keptApart } from './owner.ts';
import { preparePatch } from './patch.ts';
import { compact, put } from './put.ts';
import { resume } from './resume.ts';
import { sessionRows } from './session-projection.ts';
import { start } from './start.ts';
import { taskRows } from './task-projection.ts';
import { addTask, listTasks, updateTask } from './tasks.ts';
import { today } from './today.ts';
import { usage } from './usage.ts';
import { workRows } from './work-projection.ts';

/** Sessions, messages, work, tasks and handoffs. */
export function sessionsFeature(needs: SessionNeeds): Feature {
  const sessions = feature(contract, {
    projections: [sessionRows, messageRows, workRows, commitRows, taskRows],
    migrations: {
      directory: join(import.meta.dirname, 'migrations'),
      files: ['0003-sessions.sql', '0020-commit-history.sql', '0037-task-quarantine.sql'],
    },
    prepare: { 'session.handoff': preparePatch(needs) },
    verbs: {
      'session.start': start(needs),
      'session.resume': resume(needs),
      'session.message': message,
      'session.handoff': handOver(needs),
      'session.accept': accept(needs),
      'session.decline': decline,
      'session.end': end(needs),
      'session.put': put(needs),
      'session.compact': compact(needs),
      'session.export': exportSession(needs),
      'session.blame': blame,
      'session.list': list(needs),
      'session.show': show(needs),
      'session.messages': messages,
      'session.context': wholeContext(needs),
      'session.handoffs': handoffs,
      'stats.today': today,
      'stats.usage': usage(needs),
      'task.add': addTask,
      'task.update': updateTask,
      'task.list': listTasks,
    },
  });
  return { ...sessions, verbs: keptApart(contract, sessions.verbs) };
}

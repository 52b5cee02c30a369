import { expect, test } from 'vitest';
import { Metrics } from '../../src/daemon/metrics.ts';

test('HT50: latencies as a histogram per operation, errors by code, in OpenMetrics text', () => {
  const metrics = new Metrics();
  for (const seconds of [0.0005, 0.004, 0.004, 60]) metrics.answered('task.add', seconds, undefined);
  metrics.answered('task.add', 0.2, 'input/invalid');
  const text = metrics.text([{ name: 'prsist_up', help: 'h', values: [[{ a: 'b"\\\n' }, 1]] }]);
  const lines = text.split('\n');
  expect(lines).toContain('prsist_up{a="b\\"\\\\\\n"} 1');
  expect(lines).toContain('prsist_request_seconds_bucket{operation="task.add",le="0.001"} 1');
  expect(lines).toContain('prsist_request_seconds_bucket{operation="task.add",le="0.005"} 3');
  expect(lines).toContain('prsist_request_seconds_bucket{operation="task.add",le="10"} 4');
  expect(lines).toContain('prsist_request_seconds_bucket{operation="task.add",le="+Inf"} 5');
  expect(lines).toContain('prsist_request_seconds_count{operation="task.add"} 5');
  expect(lines).toContain('prsist_request_errors_total{code="input/invalid"} 1');
  expect(text.endsWith('# EOF\n')).toBe(true);
});

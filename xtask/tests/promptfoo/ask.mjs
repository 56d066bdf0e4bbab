// Asks promptfoo again about every row of `verdicts.jsonl`, and writes down what it says and which version said it.
//
//   mkdir /tmp/promptfoo && cd /tmp/promptfoo && npm install promptfoo
//   PROMPTFOO_DISABLE_TELEMETRY=1 node <this folder>/ask.mjs
//
// A new row needs `assert` and `answer`, and where they matter `vars`, `threshold`, `calls`, `finish`, `latency`, `cost`.

import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const installed = createRequire(path.join(process.cwd(), 'ask.js'));
const entry = installed.resolve('promptfoo');
const { assertions } = await import(pathToFileURL(entry));
const folder = entry.slice(0, entry.lastIndexOf(`${path.sep}dist${path.sep}`));
const { version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));

// what the rows may call; `calculator` alone says which arguments it takes
const expression = {
  type: 'object',
  additionalProperties: false,
  required: ['expression'],
  properties: { expression: { type: 'string' } },
};
const tool = (name, parameters) => ({ type: 'function', function: { name, parameters } });
const tools = [tool('search', { type: 'object' }), tool('calculator', expression), tool('file_read', { type: 'object' })];
const provider = { id: () => 'rows', config: { tools }, callApi: async () => ({ output: '' }) };

async function verdict(row) {
  const calls = row.calls ?? [];
  // some read the calls from the output, as OpenAI writes them, and some from a trace
  const written = calls.map((call, index) => ({
    id: `call-${index}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
  const spans = calls.map((call, index) => ({
    spanId: `span-${index}`,
    name: call.name,
    startTime: index * 10,
    endTime: index * 10 + 5,
    attributes: { 'tool.name': call.name, 'tool.arguments': JSON.stringify(call.arguments) },
  }));
  const readsOutput = row.assert.some((one) => /tool-call-f1|is-valid/.test(one.type));
  const asked = {
    provider,
    prompt: 'a prompt',
    latencyMs: row.latency,
    providerResponse: {
      output: readsOutput && calls.length > 0 ? written : row.answer,
      finishReason: row.finish,
      cost: row.cost,
    },
    test: { vars: row.vars ?? {}, assert: row.assert, threshold: row.threshold },
  };
  try {
    const [first] = row.assert;
    const isTraced = row.assert.length === 1 && first.type.includes('trajectory:');
    const result = isTraced
      ? await assertions.runAssertion({ ...asked, assertion: first, traceId: 'rows', traceData: { traceId: 'rows', spans } })
      : await assertions.runAssertions(asked);
    return { says: result.pass ? 'pass' : 'fail', score: result.score };
  } catch {
    return { says: 'error' };
  }
}

const file = path.join(here, 'verdicts.jsonl');
const [, ...lines] = fs.readFileSync(file, 'utf8').trim().split('\n');
const written = [JSON.stringify({ promptfoo: version, node: process.version })];
for (const line of lines) {
  const { says, score, ...row } = JSON.parse(line);
  written.push(JSON.stringify({ ...row, ...(await verdict(row)) }));
}
fs.writeFileSync(file, `${written.join('\n')}\n`);
console.log(`${lines.length} rows, promptfoo ${version}`);
process.exit(0);

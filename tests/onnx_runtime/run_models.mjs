// Runs ONNX files by onnxruntime-node: run_models.mjs NODE_MODULES JOBS RESULTS. JOBS is a JSON list of
// {"model": FILE, "feeds": {NAME: {"type", "dims", "data" or "file"}}}; RESULTS becomes the list of
// {"outputs": {NAME: {"type", "dims", "data"}}} or {"error": TEXT}. In "data", texts stand for what JSON lacks.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const [modules, jobsPath, resultsPath] = process.argv.slice(2);
const ort = createRequire(resolve(modules, "of"))("onnxruntime-node");

const numbers = (list) => list.map((item) => (typeof item === "string" ? Number(item) : item)); // "NaN", "-Infinity"
const arrays = {
  float64: (list) => Float64Array.from(numbers(list)),
  string: (list) => list,
};

function tensor({ type, dims, data, file }) {
  const values = file ? new Uint8Array(readFileSync(file)) : arrays[type](data);
  return new ort.Tensor(type, values, dims);
}

function plain({ type, dims, data }) {
  const list = Array.from(data, (item) => (typeof item === "bigint" ? Number(item) : item));
  return { type, dims, data: list.map((item) => (typeof item === "number" && !isFinite(item) ? `${item}` : item)) };
}

async function run({ model, feeds }) {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const tensors = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, tensor(feed)]));
  const outputs = await session.run(tensors);
  await session.release();
  return { outputs: Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, plain(output)])) };
}

const results = [];
for (const job of JSON.parse(readFileSync(jobsPath, "utf8")))
  results.push(await run(job).catch((error) => ({ error: `${error.message ?? error}` })));
writeFileSync(resultsPath, JSON.stringify(results));

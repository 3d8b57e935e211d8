/**
 * Ways out of other sandboxes, tried on ours: bodies of functions that return whatever they got hold of. `$.file` is a file of the
 * host, `$.port` a port where somebody listens, `$.variable` the name of a variable of the host.
 */
const act = `
  const host = got && (got.process || (got.constructor && got.constructor.constructor('return typeof process === "object" && process')()));
  if (host) {
    host.getBuiltinModule('node:fs').writeFileSync($.file, 'escaped');
    host.getBuiltinModule('node:net').connect($.port);
    host.env.ESCAPED = 'yes';
  }
  return got;`;

export const escapes: readonly (readonly [name: string, body: string])[] = [
  ['this.process', 'return this.process'],
  ['globalThis.process', 'return globalThis.process'],
  ['the name process', 'return process'],
  ['global', 'return global'],
  ['self', 'return self'],
  ['window', 'return window'],
  ['require', "return require('fs')"],
  ['module', 'return module.constructor._load("child_process")'],
  ['process.binding', "return process.binding('fs')"],
  ['getBuiltinModule', "return process.getBuiltinModule('fs')"],
  ['mainModule', 'return process.mainModule.require("child_process").execSync("id")'],
  ['Buffer', 'return Buffer.from("a").constructor'],
  ['fetch', 'return fetch("http://127.0.0.1:" + $.port)'],
  ['XMLHttpRequest', 'return new XMLHttpRequest()'],
  ['WebSocket', 'return new WebSocket("ws://127.0.0.1:" + $.port)'],
  ['setTimeout', 'return setTimeout(function () {}, 0)'],
  ['console', 'console.log("escaped"); return console'],
  ['print', 'print("escaped"); return print'],
  ['WebAssembly', 'return new WebAssembly.Memory({ initial: 1 })'],
  ['std and os of qjs', 'return [std, os]'],
  ['scriptArgs', 'return scriptArgs'],
  ['bjson', 'return bjson'],
  ['Worker', 'return new Worker("x")'],
  ['performance', 'return performance.now()'],
  ['structuredClone', 'return structuredClone(this)'],
  ['Java.type', "return Java.type('java.lang.Runtime').getRuntime().exec('id')"],
  ['Packages', "return Packages.java.lang.System.exit(1)"],
  ['Polyglot', "return Polyglot.import('x')"],
  ['load', "return load('nashorn:mozilla_compat.js')"],
  ['the engine by the input', "return $.getClass().forName('javax.script.ScriptEngineManager')"],

  ['this.constructor.constructor', `const got = this.constructor.constructor('return this')(); ${act}`],
  ['constructor of the input', `const got = $.constructor.constructor('return this')(); ${act}`],
  ['constructor of a list', `const got = $.list.constructor.constructor('return this')(); ${act}`],
  ['constructor of a text', `const got = $.file.constructor.constructor('return this')(); ${act}`],
  ['constructor of an arrow', `const got = (() => {}).constructor('return this')(); ${act}`],
  ['constructor of an async function', `return (async () => {}).constructor('return this.process')()`],
  ['constructor of a generator', `const got = (function* () {}).constructor('return this')().next().value; ${act}`],
  ['constructor of an async generator', `return (async function* () {}).constructor('yield this.process')().next()`],
  ['constructor of a getter', `const got = Object.getOwnPropertyDescriptor(Map.prototype, 'size').get.constructor('return this')(); ${act}`],
  ['constructor of Math.random', `const got = Math.random.constructor('return this')(); ${act}`],
  ['constructor of JSON.parse', `const got = JSON.parse.constructor('return this')(); ${act}`],
  ['new Function', `const got = new Function('return this')(); ${act}`],
  ['indirect eval', `const got = (0, eval)('this'); ${act}`],
  ['Reflect.construct', `const got = Reflect.construct(Function, ['return this'])(); ${act}`],
  ['prototype of the input', `const got = Object.getPrototypeOf(Object.getPrototypeOf($)); ${act}`],
  ['__proto__ of the input', `const got = $.__proto__.constructor.constructor('return this')(); ${act}`],
  ['__lookupGetter__', `const got = ({}).__lookupGetter__('__proto__').call(globalThis); ${act}`],
  ['valueOf of a frame', `const got = (function () { return this.valueOf })()(); ${act}`],

  ['caller', `const got = (function f() { return f.caller })(); ${act}`],
  ['arguments.callee.caller', `const got = (function () { return arguments.callee.caller })(); ${act}`],
  ['arguments of the caller', `const got = (function f() { return f.caller.arguments })(); ${act}`],
  ['prepareStackTrace', `Error.prepareStackTrace = (error, frames) => frames; const got = new Error().stack[0].getThis(); ${act}`],
  ['prepareStackTrace, function', `Error.prepareStackTrace = (error, frames) => frames; const got = new Error().stack[0].getFunction(); ${act}`],
  ['captureStackTrace', `const got = {}; Error.captureStackTrace(got); return got.stack`],
  ['stackTraceLimit getter', `Object.defineProperty(Error, 'stackTraceLimit', { get() { throw process } }); null.x`],
  ['stack overflow in a callback', `let got; function f() { try { f() } catch (error) { got = error.constructor.constructor('return this')() } } f(); ${act}`],
  ['stack overflow in JSON', `let got; try { JSON.parse('['.repeat(1e5)) } catch (error) { got = error.constructor.constructor('return this')() } ${act}`],
  ['error of a built-in', `let got; try { null.f() } catch (error) { got = error.constructor.constructor('return this')() } ${act}`],
  ['error of import()', `return import('fs').catch((error) => error.constructor.constructor('return process')())`],
  ['import() of fs', "return import('fs')"],
  ['import() of node:fs', "return import('node:fs').then((fs) => fs.readFileSync($.file, 'utf8'))"],
  ['import() of the file', 'return import($.file)'],
  ['import() of a data URL', "return import('data:text/javascript,export default process')"],
  ['import.meta', 'return eval("import.meta")'],
  ['import statement', "import fs from 'fs'; return fs"],
  ['closes the wrapping function', '}); globalThis.process; (function () { return process'],
  ['closes the wrapping function twice', "})(), (0, eval)('process'), (function () {"],

  ['Proxy as result', `return new Proxy({}, { get(target, name, receiver) { return name === 'toJSON' ? () => process : receiver } })`],
  ['Proxy with ownKeys', `return new Proxy({}, { ownKeys() { throw process }, get: () => globalThis })`],
  ['Proxy as prototype of Object', `Object.setPrototypeOf(Object.prototype, new Proxy({}, { get: () => process })); return {}.x`],
  ['Proxy that is called', `return new Proxy(function () {}, { apply(target, self, list) { return list } })`],
  ['getter on the result', `return { get a() { return process } }`],
  ['getter that changes the result', `return { get a() { this.b = globalThis; return 1 }, b: 1 }`],
  ['toJSON on the result', `return { toJSON() { return this.constructor.constructor('return process')() } }`],
  ['toJSON of all objects', `Object.prototype.toJSON = function () { return globalThis.process }; return [1]`],
  ['toJSON that looks at its caller', `return { toJSON: function f() { return f.caller } }`],
  ['toString of a thrown value', `throw { toString() { return process } }`],
  ['message getter of an error', `const error = new Error(); Object.defineProperty(error, 'message', { get() { return process.pid } }); throw error`],
  ['name getter of an error', `const error = new Error('x'); Object.defineProperty(error, 'name', { get: () => globalThis.process.pid }); throw error`],
  ['stack getter of an error', `const error = new Error('x'); Object.defineProperty(error, 'stack', { get() { return process.pid } }); throw error`],
  ['throws the global', 'throw globalThis'],
  ['throws a Proxy', 'throw new Proxy(new Error("x"), { get: () => process })'],
  ['throws null', 'throw null'],
  ['throws a symbol', 'throw Symbol("escaped")'],
  ['Symbol.species', `class Seen extends Array { static get [Symbol.species]() { return function () { return globalThis } } } return new Seen(1).map((x) => x)`],
  ['Symbol.toPrimitive', `return { [Symbol.toPrimitive]: () => process } + ''`],
  ['Symbol.iterator', `Array.prototype[Symbol.iterator] = function* () { yield process }; const [got] = [1]; return got`],
  ['Symbol.hasInstance', `return {} instanceof { [Symbol.hasInstance]: () => process }`],
  ['Symbol.unscopables', `with ({ [Symbol.unscopables]: new Proxy({}, { get: () => process }) }) { return process }`],
  ['setter on Array.prototype', `let got; Object.defineProperty(Array.prototype, '0', { set(value) { got = value } }); JSON.parse('[{}]'); return { got, a: [[1]] }`],
  ['replaces JSON', `JSON.stringify = () => '{"escaped":true}'; JSON.parse = () => process; return 1`],
  ['replaces Function.prototype.call', `let got; Function.prototype.call = function () { got = this }; Function.prototype.bind = Function.prototype.call; throw new Error('x')`],
  ['replaces String.prototype.slice', `let got; String.prototype.slice = function () { got = this; return '' }; throw new Error('x')`],
  ['replaces Object.defineProperty', `Object.defineProperty = (target) => { target.escaped = process; return target }; return {}`],
  ['replaces the global', `globalThis.globalThis = { process: 1 }; delete globalThis.JSON; return typeof JSON`],
  ['async generator that throws', `return (async function* () { yield process })().next()`],
  ['async function', `return (async () => (await null, process))()`],
  ['thenable as result', `return { then(resolve) { resolve(process) } }`],
  ['subclass of Promise', `class Seen extends Promise { static get [Symbol.species]() { return function (run) { run(() => process, () => process) } } } return Seen.resolve(1).then(1)`],
  ['Promise.prototype.then', `Promise.prototype.then = function () { return process }; return Promise.resolve(1)`],
  ['WeakRef', 'return new WeakRef({})'],
  ['FinalizationRegistry', 'return new FinalizationRegistry(() => process)'],
  ['SharedArrayBuffer', 'return new SharedArrayBuffer(8)'],
  ['Atomics', 'return Atomics.wait(new Int32Array(new ArrayBuffer(8)), 0, 0)'],
  ['the memory behind a buffer', 'return Array.from(new Uint8Array(new ArrayBuffer(64))).some((byte) => byte !== 0) && process'],
  ['a view past its buffer', 'const buffer = new ArrayBuffer(8, { maxByteLength: 64 }); const view = new Uint8Array(buffer); buffer.resize(0); return view[1e6] && process'],
  ['a sort that changes its list', 'const list = Array.from({ length: 100 }, (_, i) => ({ i })); list.sort(() => { list.length = 0; return 1 }); return list.length > 100 && process'],
  ['a regular expression that looks out', 'return /(?<=(a|b)+)c/.exec("aabc").constructor.constructor("return process")()'],
  ['prototype pollution by JSON', `return JSON.parse('{"__proto__": {"escaped": true}}')`],
  ['prototype pollution by a key', `return Object.defineProperty({}, '__proto__', { value: { escaped: true }, enumerable: true })`],
  ['prototype pollution, nested', `return [{ a: [JSON.parse('{"__proto__": 1}')] }]`],
  ['a name of the host', 'return eval($.variable)'],
]; // prettier-ignore

/** Says what of the host can be reached from a value, as a text, which no `toJSON` changes. */
export const probeSource = `
const hostNames = ['process', 'require', 'module', 'Buffer', 'fetch', 'setTimeout', 'setImmediate', 'console', 'WebAssembly', 'performance',
  'navigator', 'global', 'structuredClone', 'queueMicrotask', 'postMessage', 'MessageChannel', 'Worker', 'std', 'os', 'Java', 'Deno', 'Bun'];
function reached(value) {
  const ways = [
    (name) => value[name],
    (name) => value.constructor[name],
    (name) => value.constructor.constructor('return typeof ' + name + ' === "undefined" ? undefined : ' + name)(),
    (name) => Object.getPrototypeOf(value)[name],
  ];
  const finds = (way, name) => { try { return way(name) !== undefined } catch { return false } };
  // A Proxy that answers to any name has nothing.
  const honest = ways.filter((way) => !finds(way, 'noNameOfAnyHost'));
  return hostNames.filter((name) => honest.some((way) => finds(way, name))).join();
}
`;

// One rule per sentence of ARCHITECTURE.md, "Tiers". Aliases are resolved from tsconfig.json.
const pure = '^libs/(contracts|expressions|definitions|engine|projections)/src';
const adapters = '^libs/(journal-[^/]+|store-[^/]+|scripting|schema-registry)/';
const spec = '\\.(spec|contract)\\.ts$|/testing/';

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'pure-libs-touch-nothing',
      comment:
        'json-p3 (JSONPath) and re2js (linear regular expressions) are pure JavaScript and the only packages in there',
      severity: 'error',
      from: { path: pure, pathNot: spec },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-no-pkg'],
        pathNot: '^node_modules/(json-p3|re2js)/',
      },
    },
    {
      name: 'pure-libs-import-only-pure',
      severity: 'error',
      from: { path: pure, pathNot: spec },
      to: { path: '^(libs|apps)/', pathNot: pure },
    },
    {
      name: 'tier-0-imports-tier-0',
      severity: 'error',
      from: { path: '^libs/(contracts|expressions|definitions)/src', pathNot: spec },
      to: { path: '^libs/(engine|projections)/' },
    },
    {
      name: 'contracts-import-nothing',
      severity: 'error',
      from: { path: '^libs/contracts/src', pathNot: spec },
      to: { path: '^libs/', pathNot: '^libs/contracts/' },
    },
    {
      name: 'ports-import-tier-0',
      severity: 'error',
      from: { path: '^libs/ports/' },
      to: { path: '^libs/', pathNot: '^libs/(ports|contracts|expressions|definitions)/' },
    },
    {
      name: 'adapters-never-see-the-core',
      severity: 'error',
      from: { path: adapters, pathNot: spec },
      to: { path: '^libs/(engine|projections|runtime|system-tasks|triggers|api|platform)/' },
    },
    {
      name: 'adapters-never-see-each-other',
      severity: 'error',
      from: { path: '^libs/(journal-[^/]+|store-[^/]+|scripting|schema-registry)/' },
      to: { path: adapters, pathNot: '^libs/$1/' },
    },
    {
      name: 'runtime-never-sees-adapters',
      severity: 'error',
      from: { path: '^libs/(runtime|system-tasks|triggers|api)/src', pathNot: spec },
      to: { path: adapters },
    },
    {
      name: 'runtime-never-sees-the-edge',
      severity: 'error',
      from: { path: '^libs/runtime/src', pathNot: spec },
      to: { path: '^libs/(api|platform|triggers|system-tasks|kafka-edge)/' },
    },
    {
      name: 'system-tasks-never-see-the-edge',
      severity: 'error',
      from: { path: '^libs/system-tasks/src', pathNot: spec },
      to: { path: '^libs/(api|platform|triggers|kafka-edge|examples)/' },
    },
    {
      name: 'the-sdk-imports-tier-0',
      comment: 'It is published: a program that uses it must not carry the server.',
      severity: 'error',
      from: { path: '^libs/sdk/src', pathNot: spec },
      to: { path: '^libs/', pathNot: '^libs/(sdk|contracts|expressions|definitions)/' },
    },
    {
      name: 'production-never-imports-the-suites',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: [spec, '^libs/ports-testing/'] },
      to: { path: '^libs/ports-testing/' },
    },
    { name: 'libs-never-import-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'enter-a-lib-by-its-index',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/(?!(kafka/)?index\\.ts)', pathNot: '^$1/$2/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};

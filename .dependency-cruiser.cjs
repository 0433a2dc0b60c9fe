/** Where a library is entered: its index, or the index of the shared suite. */
const DOOR = '/(src|contract)/index[.]ts$';
/** Tests and their harnesses stand beside the code and may reach further. */
const TEST = '[.](spec|harness)[.]ts$|^test/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module, or a third one that both need.',
      severity: 'error',
      from: { pathNot: '^libs/store/src/generated/' }, // written by Prisma, in its own way
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere would make every other rule blind to it.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^([.][.]/)+dist/' }, // the entry scripts run what was built
    },
    {
      name: 'domain-imports-nothing',
      comment: 'The words are the ground: whoever speaks them must not inherit anything else.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: TEST },
      to: { pathNot: '^libs/domain/' },
    },
    {
      name: 'port-speaks-domain-only',
      comment: 'The port is a contract of plain data. Only its shared suite knows a test framework.',
      severity: 'error',
      from: { path: '^libs/identity-provider/src/', pathNot: TEST },
      to: { path: '^(apps|libs)/', pathNot: '^libs/(domain|identity-provider)/' },
    },
    {
      name: 'http-below-providers',
      comment: 'The HTTP client classifies outcomes in the words of the port and knows no provider.',
      severity: 'error',
      from: { path: '^libs/http/', pathNot: TEST },
      to: { path: '^(apps|libs)/', pathNot: '^libs/(domain|identity-provider|http)/' },
    },
    {
      name: 'providers-are-dumb',
      comment: 'Adapters spell and the core decides: no store, no queue, no engine, no environment.',
      severity: 'error',
      from: { path: '^libs/providers/', pathNot: TEST },
      to: { path: '^(apps|libs)/', pathNot: '^libs/(domain|identity-provider|http|providers)/' },
    },
    {
      name: 'providers-are-strangers',
      comment:
        'A provider that borrows from another breaks with it. What they share belongs to the port or to http.',
      severity: 'error',
      from: { path: '^libs/providers/([^/]+)/src/', pathNot: [TEST, '^libs/providers/src/'] },
      to: { path: '^libs/providers/', pathNot: '^libs/providers/$1/' },
    },
    {
      name: 'plan-is-pure',
      comment: 'The decision depends on what it is given: no clock, no I/O, no framework.',
      severity: 'error',
      from: { path: '^libs/reconciler/src/plan/', pathNot: TEST },
      to: { pathNot: '^libs/(domain|identity-provider)/|^libs/reconciler/src/plan/' },
    },
    {
      name: 'reconciler-knows-no-adapter',
      comment: 'The engine reaches providers through the port; the apps put the adapters in.',
      severity: 'error',
      from: { path: '^libs/reconciler/', pathNot: TEST },
      to: { path: '^libs/(providers|queue|config)/' },
    },
    {
      name: 'store-below-reconciler',
      comment: 'The store keeps; it neither decides nor calls anybody.',
      severity: 'error',
      from: { path: '^libs/store/', pathNot: TEST },
      to: { path: '^(apps|libs)/', pathNot: '^libs/(domain|identity-provider|store)/' },
    },
    {
      name: 'libraries-below-apps',
      comment: 'Apps are on top: nothing that is shared depends on one.',
      severity: 'error',
      from: { path: '^libs/', pathNot: TEST },
      to: { path: '^(apps|scripts|test)/' },
    },
    {
      name: 'service-serves-apps',
      comment: 'It opens everything, so whoever else used it would depend on everything.',
      severity: 'error',
      from: { path: '^libs/', pathNot: ['^libs/service/', TEST] },
      to: { path: '^libs/service/' },
    },
    {
      name: 'apps-are-strangers',
      comment: 'Two apps share libraries, never code of each other.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: TEST },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'apps-enter-by-the-door',
      comment: 'What a library does not export at its index it may change without asking.',
      severity: 'error',
      from: { path: '^(apps|scripts)/', pathNot: TEST },
      to: { path: '^libs/', pathNot: DOOR },
    },
    {
      name: 'libraries-enter-by-the-door',
      comment: 'The same among libraries.',
      severity: 'error',
      from: { path: '^libs/(providers/[^/]+|[^/]+)/', pathNot: TEST },
      to: { path: '^libs/', pathNot: [DOOR, '^libs/$1/'] },
    },
    {
      name: 'one-room-for-the-queue',
      comment: 'BullMQ is a doorbell. Whoever else used it would begin to keep obligations in it.',
      severity: 'error',
      from: { path: '^(apps|libs|scripts)/', pathNot: ['^libs/queue/', '^apps/worker/', TEST] },
      to: { path: '^node_modules/bullmq/' },
    },
    {
      name: 'no-test-framework-in-the-product',
      comment: 'Only specs and the shared contract suite know Jest.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [TEST, '^libs/identity-provider/contract/'] },
      to: { path: '^node_modules/(@jest/|fast-check/)' },
    },
    {
      name: 'no-development-packages-in-the-product',
      comment: 'The image is installed without them. A type alone is gone before it could be missed.',
      severity: 'error',
      from: {
        path: '^(apps/(admin-api|worker)|libs)/',
        pathNot: [TEST, '^libs/identity-provider/contract/'],
      },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|[.]rollcall)/' },
    tsPreCompilationDeps: true, // type-only imports are arrows too
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};

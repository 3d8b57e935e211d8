import { readConfig } from './config.js';
import { flags } from './environment.js';

describe('readConfig', () => {
  it('has defaults that work for development', () => {
    expect(readConfig({}, {})).toMatchObject({
      port: 8080,
      grpcPort: 8090,
      host: '127.0.0.1',
      dataDir: '.dacapo',
      kafkaTopicPrefix: 'dacapo.',
      logLevel: 'warn',
      demo: false,
      isPortGiven: false,
      isKafkaGiven: false,
      httpTaskAllowed: '',
      kafkaTaskServers: '',
      scripts: 'on',
    });
    expect(readConfig({}, {}).httpTaskPrivate).toBeUndefined();
    expect(readConfig({}, {}).partitions).toBeUndefined();
    expect(readConfig({}, {}).crashAt).toBeUndefined();
  });

  it('takes the environment', () => {
    const env = {
      DACAPO_HTTP_PORT: '9000',
      DACAPO_HTTP_HOST: '0.0.0.0',
      DACAPO_DATA_DIR: '/data',
      DACAPO_PARTITIONS: '8',
      DACAPO_DEMO: 'true',
      UNRELATED: 'x',
    };
    expect(readConfig({}, env)).toMatchObject({
      port: 9_000,
      isPortGiven: true,
      host: '0.0.0.0',
      dataDir: '/data',
      partitions: 8,
      demo: true,
    });
  });

  it('lets flags win over the environment', () => {
    const env = { DACAPO_HTTP_PORT: '9000', DACAPO_DATA_DIR: '/env' };
    expect(readConfig({ port: '0' }, env)).toMatchObject({ port: 0, dataDir: '/env', isPortGiven: true });
    expect(readConfig({ data: '/flag' }, env).dataDir).toBe('/flag');
  });

  it('tells brokers that were given from those of the default', () => {
    expect(readConfig({}, { DACAPO_KAFKA_BROKERS: 'k:9092' })).toMatchObject({
      kafkaBrokers: 'k:9092',
      isKafkaGiven: true,
    });
  });

  it('takes the schema registry from either variable; ours wins, also with nothing', () => {
    const other = { SCHEMA_REGISTRY_URL: 'http://other:8081' };
    expect(readConfig({}, other).schemaRegistryUrl).toBe('http://other:8081');
    expect(readConfig({}, { ...other, DACAPO_SCHEMA_REGISTRY_URL: 'https://ours' }).schemaRegistryUrl).toBe(
      'https://ours',
    );
    expect(readConfig({}, { ...other, DACAPO_SCHEMA_REGISTRY_URL: '' }).schemaRegistryUrl).toBeUndefined();
    expect(readConfig({ 'schema-registry-url': '' }, other).schemaRegistryUrl).toBeUndefined();
    expect(() => readConfig({ 'schema-registry-url': 'localhost:8081' }, {})).toThrow(/schemaRegistryUrl/);
  });

  it('takes an empty variable as absent', () => {
    expect(readConfig({}, { DACAPO_HTTP_PORT: '', DACAPO_LOG_LEVEL: '' })).toMatchObject({
      port: 8080,
      logLevel: 'warn',
    });
  });

  it('refuses unknown flags, and names the known ones', () => {
    expect(() => readConfig({ prot: '1', port: '2' }, {})).toThrow(/Unknown option --prot\. Known: --port /);
    expect(() => readConfig({ constructor: '1' }, {})).toThrow('--constructor');
  });

  it.each([
    ['port', '65536'],
    ['port', '-1'],
    ['port', '80.5'],
    ['port', 'http'],
    ['partitions', '0'],
    ['partitions', '1025'],
    ['partitions', 'four'],
    ['log-level', 'loud'],
    ['kafka-client', 'other'],
    ['kafka-topic-prefix', 'a b'],
    ['http-body-bytes-max', '1023'],
    ['demo', 'perhaps'],
    ['http-task-private', 'sometimes'],
    ['scripts', 'false'],
  ])('refuses --%s %s', (flag, value) => {
    expect(() => readConfig({ [flag]: value }, {})).toThrow('Settings are wrong');
  });

  it.each([
    ['port', ['0', '65535']],
    ['partitions', ['1', '1024']],
    ['http-body-bytes-max', ['1024']],
  ])('takes --%s at its bounds', (flag, values) => {
    for (const value of values) expect(() => readConfig({ [flag]: value }, {})).not.toThrow();
  });

  it('names every setting that is wrong at once', () => {
    const read = (): unknown => readConfig({ port: 'x' }, { DACAPO_PARTITIONS: '0', DACAPO_LOG_LEVEL: 'loud' });
    for (const name of ['port', 'partitions', 'logLevel']) expect(read).toThrow(new RegExp(`at ${name}`));
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(readConfig({}, {}))).toBe(true);
  });
});

describe('flags', () => {
  it.each([
    [['--port', '8080', '--demo'], { port: '8080', demo: 'true' }],
    [['--port=8080'], { port: '8080' }],
    [['--data=a=b', '--demo', '--port', '1'], { data: 'a=b', demo: 'true', port: '1' }],
    [['--data='], { data: '' }],
    [['stray', '-x', '--Upper', '--port', '1'], { port: '1' }],
    [['--demo'], { demo: 'true' }],
    [[], {}],
  ])('reads %j', (argv, expected) => {
    expect(flags(argv)).toEqual(expected);
  });
});

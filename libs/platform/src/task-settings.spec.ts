import { readConfig } from './config.js';
import { taskSettings } from './task-settings.js';

describe('the settings of tasks', () => {
  it.each([
    ['127.0.0.1', undefined, 'allow'],
    ['localhost', undefined, 'allow'],
    ['::1', undefined, 'allow'],
    ['0.0.0.0', undefined, 'deny'],
    ['10.0.0.1', undefined, 'deny'],
    ['127.example.com', undefined, 'deny'],
    ['127.0.0.1', 'deny', 'deny'],
    ['0.0.0.0', 'allow', 'allow'],
  ])('of a server on %s, told %s: private addresses are %s', (host, told, expected) => {
    const config = readConfig({ host, ...(told === undefined ? {} : { 'http-task-private': told }) }, {});
    expect(taskSettings(config).http.privateAddresses).toBe(expected);
  });

  it('read lists, and take none as no bound', () => {
    expect(taskSettings(readConfig({}, {}))).toMatchObject({
      http: { allowed: [] },
      kafka: { topicPrefix: 'dacapo.' },
    });
    expect(taskSettings(readConfig({}, {})).kafka.servers).toBeUndefined();
    const env = { DACAPO_HTTP_TASK_ALLOWED: '10.0.0.0/8, ,1.1.1.1', DACAPO_KAFKA_TASK_SERVERS: 'a:9092,b:9092' };
    expect(taskSettings(readConfig({}, env))).toMatchObject({
      http: { allowed: ['10.0.0.0/8', '1.1.1.1'] },
      kafka: { servers: ['a:9092', 'b:9092'] },
    });
  });
});

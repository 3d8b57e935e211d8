/** What the settings say about tasks that leave the process, as `builtInTasks` of system-tasks takes it. */
import type { Config } from './config.js';

export interface TaskSettings {
  readonly http: { readonly privateAddresses: 'allow' | 'deny'; readonly allowed: readonly string[] };
  readonly kafka: { readonly topicPrefix: string; readonly servers?: readonly string[] };
}

type Settings = Pick<Config, 'host' | 'httpTaskPrivate' | 'httpTaskAllowed' | 'kafkaTopicPrefix' | 'kafkaTaskServers'>;

export function taskSettings(config: Settings): TaskSettings {
  const servers = listOf(config.kafkaTaskServers);
  return {
    http: {
      privateAddresses: config.httpTaskPrivate ?? (isLoopback(config.host) ? 'allow' : 'deny'),
      allowed: listOf(config.httpTaskAllowed),
    },
    kafka: { topicPrefix: config.kafkaTopicPrefix, ...(servers.length === 0 ? {} : { servers }) },
  };
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

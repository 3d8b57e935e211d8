/**
 * Makes the clients of kafkajs, all with the same short time-outs, and repairs three things in it:
 *
 * - Each connection re-arms a timer of 1 ms for ever (3-4 % of a core per idle client, and a TimeoutNegativeWarning).
 *   The timer serves requests that wait; without any, nothing needs it.
 * - Two requests that find a connection closed open a socket each, and one of the two is never closed.
 * - Its public API cannot read chosen partitions from chosen offsets: a consumer belongs to a group, and answers
 *   "offset out of range" by jumping elsewhere. So the readers use its cluster class and fetch themselves.
 */
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
// Its named exports cannot be seen from an ES module, only the whole.
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { limits } from './limits.js';

export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: KafkaConfig['ssl'];
  readonly sasl?: KafkaConfig['sasl'];
}

/** We try again ourselves; an idempotent producer of kafkajs insists on at least one. */
const retry = { retries: 1, initialRetryTime: 50, maxRetryTime: 200, factor: 0.2, multiplier: 2 };

export function openClient(connection: KafkaConnection): Kafka {
  repairKafkajs();
  return new kafkajs.Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    ...secrets(connection),
    connectionTimeout: limits.connectionTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    socketFactory,
    retry,
    // What it would say, its callers hear as errors, and say once.
    logLevel: kafkajs.logLevel.NOTHING,
  });
}

export function openCluster(connection: KafkaConnection): Cluster {
  repairKafkajs();
  return new Cluster({
    logger: silentLogger,
    brokers: connection.brokers,
    clientId: connection.clientId,
    ...secrets(connection),
    connectionTimeout: limits.connectionTimeoutMs,
    authenticationTimeout: limits.requestTimeoutMs,
    reauthenticationThreshold: 10_000,
    requestTimeout: limits.requestTimeoutMs,
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    socketFactory,
    retry,
    allowAutoTopicCreation: false,
    // Read uncommitted: there are no transactions on our topics.
    isolationLevel: 0,
  });
}

function secrets({ ssl, sasl }: KafkaConnection): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  return { ...(ssl === undefined ? {} : { ssl }), ...(sasl === undefined ? {} : { sasl }) };
}

/** As kafkajs's own, but without Nagle's algorithm: the last piece of a request must not wait for an acknowledgement. */
const socketFactory: NonNullable<KafkaConfig['socketFactory']> = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, servername: host, ...ssl }, onConnect)
    : connectPlain({ host, port }, onConnect);
  socket.setKeepAlive(true, 60_000);
  socket.setNoDelay(true);
  return socket;
};

const ignore = (): void => undefined;
const silentLogger = { namespace: () => silentLogger, debug: ignore, info: ignore, warn: ignore, error: ignore };

let isRepaired = false;

function repairKafkajs(): void {
  if (isRepaired) return;
  isRepaired = true;
  silenceIdleTimer();
  shareConnecting();
}

function silenceIdleTimer(): void {
  // oxlint-disable-next-line typescript/unbound-method -- bound by `call` below
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}

function shareConnecting(): void {
  // oxlint-disable-next-line typescript/unbound-method -- bound by `call` below
  const connect = Connection.prototype.connect;
  const connecting = new WeakMap<Connection, Promise<boolean>>();
  Connection.prototype.connect = function (this: Connection): Promise<boolean> {
    const underWay = connecting.get(this) ?? connect.call(this).finally(() => connecting.delete(this));
    connecting.set(this, underWay);
    return underWay;
  };
}

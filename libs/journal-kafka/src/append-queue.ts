/** The appends of all claims of this process: while one Produce request is under way, the next gathers what the others have. */
import { Batcher, type Parcel } from './batcher.js';
import { limits } from './limits.js';
import type { LogProducer, OutgoingRecord } from './producer.js';

export interface AppendParcel extends Parcel {
  /** The partition: one record batch per partition and request, so that the acknowledged offset is this parcel's. */
  readonly lane: number;
  readonly outgoing: readonly OutgoingRecord[];
}

export class AppendQueue {
  private readonly batcher: Batcher<AppendParcel, number>;

  constructor(producer: LogProducer) {
    this.batcher = new Batcher(
      { bytes: limits.batchBytes, records: limits.batchRecords, waitingBytes: limits.waitingBytes },
      async (parcels) => {
        const offsets = await producer.produce(parcels.flatMap((parcel) => parcel.outgoing));
        return parcels.map((parcel) => offsets.get(parcel.lane) ?? Number.NaN);
      },
    );
  }

  /** All records as one record batch; resolves with the offset of the first. */
  append(partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0);
    return this.batcher.add({ lane: partition, records: records.length, bytes, outgoing: records });
  }
}

export function bytesOf(record: OutgoingRecord): number {
  return limits.recordOverheadBytes + Buffer.byteLength(record.key ?? '') + Buffer.byteLength(record.value ?? '');
}

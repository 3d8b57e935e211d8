/** What the main thread and the reader's thread say to one another. Types only: the worker may not import values. */

export interface ReaderData {
  readonly file: string;
  readonly rowsMax: number;
  readonly charactersMax: number;
}

/** Each answer is one page, bounded by `rowsMax` and `charactersMax`. */
export type ReaderQuestion =
  | { readonly kind: 'events'; readonly from: number; readonly to: number }
  | { readonly kind: 'history'; readonly workflow: string; readonly after: number }
  | { readonly kind: 'definitions'; readonly after: number; readonly to: number };

export interface ReaderRequest {
  readonly id: number;
  readonly question: ReaderQuestion;
}

export interface ReaderPage {
  readonly keys: readonly number[];
  /** events: the events; history: command, events; definitions: key, value. One after the other. */
  readonly texts: readonly (string | null)[];
  /** Nothing follows. */
  readonly isLast: boolean;
}

export type ReaderAnswer =
  { readonly id: number; readonly page: ReaderPage } | { readonly id: number; readonly failure: string };

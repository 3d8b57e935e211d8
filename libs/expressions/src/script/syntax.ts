/** The syntax tree of the supported part of JavaScript. Locals are numbered: no names are looked up at run time. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null | undefined }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'local'; readonly slot: number }
  | { readonly kind: 'assign'; readonly slot: number; readonly value: Expression }
  | { readonly kind: 'member'; readonly object: Expression; readonly key: Expression }
  | {
      readonly kind: 'method';
      readonly object: Expression;
      readonly name: MethodName;
      readonly args: readonly Expression[];
    }
  | { readonly kind: 'invoke'; readonly body: FunctionBody }
  | { readonly kind: 'function'; readonly body: FunctionBody }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'logical';
      readonly operator: LogicalOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: Expression])[] };

export type Statement =
  /** Declarations without a value, functions, lone semicolons. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'expression'; readonly value: Expression }
  /** `var x = 1`: unlike an expression it leaves no completion value. */
  | { readonly kind: 'initialise'; readonly slot: number; readonly value: Expression }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'if'; readonly test: Expression; readonly then: Statement; readonly otherwise?: Statement }
  | { readonly kind: 'return'; readonly value: Expression };

export interface FunctionBody {
  readonly body: readonly Statement[];
  /** Its own locals, undefined again at every call. */
  readonly slots: readonly number[];
}

export type UnaryOperator = '!' | '-' | '+' | 'typeof';
export type LogicalOperator = '&&' | '||' | '??';
export type BinaryOperator = '==' | '!=' | '===' | '!==' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%';

/** The methods of texts (and two of lists) that agree with every engine. */
export const methodArity = {
  toLowerCase: 0,
  toUpperCase: 0,
  trim: 0,
  includes: 1,
  indexOf: 1,
  startsWith: 1,
  endsWith: 1,
} as const;
export type MethodName = keyof typeof methodArity;

/** A compiled script. Plain data: keep it, use it from anywhere. */
export interface Script {
  readonly statements: readonly Statement[];
  readonly slotCount: number;
}

/** What a form needs to know about one parameter, read from its JSON Schema. */

export type FieldKind = 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'text';

export interface Field {
  readonly key: string;
  readonly kind: FieldKind;
  readonly title: string;
  readonly help: string;
  readonly unit: string;
  readonly log: boolean;
  readonly initial: unknown;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** The minimum itself is not allowed. */
  readonly open: boolean;
  readonly options: readonly (string | number)[];
}

type Schema = Readonly<Record<string, unknown>>;

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function schemaFields(schema: Schema): Field[] {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  return Object.entries(properties).flatMap(([key, property]) =>
    isSchema(property) ? [schemaField(key, property)] : [],
  );
}

function schemaField(key: string, schema: Schema): Field {
  const minimum = numberOf(schema.minimum);
  const lowest = numberOf(schema.exclusiveMinimum);
  const kind = kindOf(schema);
  // Integers of JavaScript itself are no bounds that a person needs to see.
  const bound = (value: number | null) =>
    value !== null && Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value;
  return {
    key,
    kind,
    title: typeof schema.title === 'string' ? schema.title : key,
    help: typeof schema.description === 'string' ? schema.description : '',
    unit: typeof schema.unit === 'string' ? schema.unit : '',
    log: schema.scale === 'log',
    initial: schema.default,
    minimum: bound(minimum ?? lowest),
    maximum: bound(numberOf(schema.maximum) ?? numberOf(schema.exclusiveMaximum)),
    open: minimum === null && lowest !== null,
    options: Array.isArray(schema.enum)
      ? schema.enum.filter((one) => typeof one === 'string' || typeof one === 'number')
      : [],
  };
}

function kindOf({ type, enum: options }: Schema): FieldKind {
  if (Array.isArray(options)) return 'choice';
  if (type === 'number' || type === 'integer' || type === 'boolean') return type;
  return type === 'array' ? 'list' : 'text';
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Whether a value is of the field's kind and in its range, as far as the schema's annotations tell. */
export function fits({ kind, minimum, maximum, open, options }: Field, value: unknown): boolean {
  if (kind === 'choice') return options.includes(value as string | number);
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind !== 'number' && kind !== 'integer') return true;
  if (typeof value !== 'number' || (kind === 'integer' && !Number.isInteger(value))) return false;
  if (minimum !== null && (open ? value <= minimum : value < minimum)) return false;
  return maximum === null || value <= maximum;
}

/** Both ends of a slider, or null where the range has none. A log slider that starts at 0 begins with 0 itself. */
export function sliderRange({
  kind,
  minimum,
  maximum,
  log,
  initial,
}: Field): { low: number; high: number; zero: boolean } | null {
  if ((kind !== 'number' && kind !== 'integer') || minimum === null || maximum === null) return null;
  if (!log) return { low: minimum, high: maximum, zero: false };
  if (minimum > 0) return { low: minimum, high: maximum, zero: false };
  const usual = typeof initial === 'number' && initial > 0 ? initial : maximum;
  const low = kind === 'integer' ? 1 : Math.min(usual, maximum) / 1000;
  return { low, high: maximum, zero: minimum === 0 };
}

export const sliderSteps = 200;

/** Slider position in 0 … `sliderSteps` of a value. */
export function sliderPosition(field: Field, value: number): number {
  const range = sliderRange(field);
  if (!range || !Number.isFinite(value)) return 0;
  const { low, high } = range;
  const share = field.log
    ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
    : (value - low) / (high - low);
  return Math.round(Math.max(0, Math.min(1, share)) * sliderSteps);
}

/** The value at a slider position, rounded as a person would write it. */
export function sliderValue(field: Field, position: number): number {
  const range = sliderRange(field);
  if (!range) return Number.NaN;
  const { low, high, zero } = range;
  const share = position / sliderSteps;
  if (field.log && zero && !field.open && position === 0) return 0;
  if (position === sliderSteps) return high;
  const raw = field.log ? low * (high / low) ** share : low + (high - low) * share;
  const rounded = field.log ? Number(raw.toPrecision(2)) : roundTo(raw, (high - low) / sliderSteps);
  const value = field.kind === 'integer' ? Math.round(rounded) : rounded;
  return Math.max(low, Math.min(high, value));
}

function roundTo(value: number, spacing: number): number {
  const decimals = Math.max(0, Math.ceil(-Math.log10(spacing)));
  return Number(value.toFixed(decimals));
}

/** Values of a grid as typed: separated by commas or spaces; numbers, booleans and names. */
export function parseList(text: string, kind: FieldKind): unknown[] {
  const items = text.split(kind === 'text' ? /,/ : /[,;\s]+/).map((item) => item.trim().replace('−', '-'));
  return items.filter((item) => item !== '').map((item) => parseItem(item, kind));
}

function parseItem(item: string, kind: FieldKind): unknown {
  if (kind === 'boolean') return item === 'yes' || item === 'true';
  const number = Number(item);
  return kind === 'text' || Number.isNaN(number) ? item : number;
}

export function writeList(values: readonly unknown[]): string {
  return values.map(writeItem).join(', ');
}

/** A value as it is typed: small numbers as 1e-6, so that they fit and can be read. */
export function writeItem(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number' || value === 0 || Math.abs(value) >= 1e-4) return String(value ?? '');
  return value.toExponential();
}

/** A value to be read and not edited, a component with the settings that are given: `lego: variables 6, letters 6`. */
export function describeSetting(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none';
    return value.map(describeSetting).join(value.some(isComponent) ? '; ' : ', ');
  }
  if (!isComponent(value)) return writeItem(value) || '–';
  const { id, ...settings } = value;
  const own = Object.entries(settings).map(([key, one]) => `${key} ${writeItem(one) || '–'}`);
  return own.length === 0 ? String(id) : `${id}: ${own.join(', ')}`;
}

function isComponent(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && 'id' in value;
}

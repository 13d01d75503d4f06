// What scripts say, in the language of the page. The English sentence is the key;
// for another language the page loads its sentences before its script.

declare global {
  var dictationMessages: Record<string, string> | undefined;
}

type Value = string | number;

// t says a sentence; values go where %d and %s are, or %[2]s by number.
export function t(key: string, ...values: Value[]): string {
  let next = 0;
  const said = globalThis.dictationMessages?.[key] ?? key;
  if (!values.length) return said;
  return said.replace(/%(?:\[(\d+)\])?[ds]|%%/g, (verb, n?: string) => (verb === "%%" ? "%" : String(values[n ? Number(n) - 1 : next++] ?? "")));
}

// tn says one sentence of one thing and another of many; the number comes first
// where the sentence has a %d.
export function tn(n: number, one: string, many: string, ...values: Value[]): string {
  const key = n === 1 ? one : many;
  const said = globalThis.dictationMessages?.[key] ?? key;
  return /%(\[1\])?d/.test(said) ? t(key, n, ...values) : t(key, ...values);
}

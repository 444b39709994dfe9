// Lengths of time and numbers in words.

/** 860 -> "0.9 s", 12_300 -> "12 s", 75_000 -> "1 min 15 s", 3_720_000 -> "1 h 2 min". */
export function durationWords(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 0.05) return '0 s';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joined([Math.floor(whole / 60), 'min'], [whole % 60, 's']);
  return joined([Math.floor(whole / 3600), 'h'], [Math.floor((whole % 3600) / 60), 'min']);
}

type Part = readonly [count: number, unit: string];

function joined(large: Part, small: Part): string {
  return small[0] === 0 ? large.join(' ') : `${large.join(' ')} ${small.join(' ')}`;
}

/** 980 -> "980", 32_100 -> "32.1k", 1_250_000 -> "1.3M". */
export function shortNumber(value: number): string {
  if (value < 1000) return String(value);
  if (value < 999_950) return `${trimmed(value / 1000)}k`;
  return `${trimmed(value / 1_000_000)}M`;
}

function trimmed(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, '');
}

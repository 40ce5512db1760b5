// Connections between blocks that do not stand side by side: on levels above them, none on another. As arcs.py does it.
const MAX_LEVELS = 10;

function edgesOf(layers, cut) {
  const place = new Map();
  cut.forEach((item, number) => { for (let at = item.first; at < item.stop; at++) place.set(at, number); });
  const found = new Map();
  cut.forEach((item, number) => {
    for (let at = item.first; at < item.stop; at++) {
      for (const source of layers[at].from) {
        const before = place.get(source);
        if (before !== undefined && before < number) found.set(before + ">" + number, [before, number]);
      }
    }
  });
  return [...found.values()];
}

function arcsOf(edges, rows) {
  const rowOf = [];
  rows.forEach((row, number) => { for (let at = row.first; at < row.stop; at++) rowOf[at] = number; });
  const taken = rows.map(() => []), made = rows.map(() => []);
  let leftOut = 0, number = 0;
  const long = edges.filter(([a, b]) => b - a > 1).sort((e, f) => e[1] - e[0] - (f[1] - f[0]));
  for (const [start, stop] of long) {
    const one = rowOf[start], other = rowOf[stop];
    const pieces = one === other ? [[one, start, stop]] : [[one, start, rows[one].stop], [other, rows[other].first - 1, stop]];
    const levels = pieces.map(([row, left, right]) => {
      const free = taken[row].findIndex((spans) => spans.every(([a, b]) => right <= a || b <= left));
      return free < 0 ? taken[row].length : free;
    });
    if (Math.max(...levels) >= MAX_LEVELS) { leftOut++; continue; }
    if (pieces.length > 1) number++;
    pieces.forEach(([row, left, right], at) => {
      while (taken[row].length <= levels[at]) taken[row].push([]);
      taken[row][levels[at]].push([left, right]);
      const inside = (place) => (place >= rows[row].first && place < rows[row].stop ? place : null);
      made[row].push({ start: inside(left), stop: inside(right), level: levels[at], number: pieces.length > 1 ? number : 0 });
    });
  }
  return { rows: made, leftOut };
}

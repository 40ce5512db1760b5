// The picture at one selection as SVG: planes, each cell with its number, lit cells with a thick border, and the sum below.

const PAINT = {x: ['#fdf0d5', '#e69f00'], s: ['#fdf0d5', '#e69f00'], w: ['#e3f2fb', '#56b4e9'], y: ['#d5f0e7', '#2bbf93']}
const label = p => p.role === 'w' ? t('filter', {o: p.lead[0], c: p.lead[1]}) : `${t(COLS[p.role] ?? 'output')} ${t('channel', {c: p.lead[0]})}${p.slice === null ? '' : ', D ' + p.slice}`
const shortLabel = p => `${p.role}[${p.lead}]${p.slice === null ? '' : ' D ' + p.slice}`
// room: the width beyond which planes go into the next row; side: of a cell; font, and the room of a digit and beside it.
const SCREEN = {room: 1200, side: 26, font: 12, digit: 7, free: 8, gap: 18, stacked: true}
const PAPER = {room: 672, side: 16, font: 11, digit: 6.4, free: 5, gap: 10, stacked: false}
const wideOf = (text, font) => Math.ceil([...text].reduce((sum, c) => sum + (c > '⺀' ? font : font * .58), 0))

function svgOf(app, sel, form = SCREEN) {
  const boxes = lit(sel, app.nodes), node = app.nodes[sel.stage], body = []
  const panels = app.nodes.flatMap((_, n) => tensors(n, app.s, app.nodes, boxes, app.values)).flatMap(tensor => tensor.panels)
  let left = 12, top = 10, tall = 0, right = 0
  for (const column of columnsOf(panels, form.stacked)) {
    const blocks = column.flatMap(p => blocksOf(p, form)), wide = Math.max(...blocks.map(b => b.wide)), high = blocks.reduce((sum, b) => sum + b.high, 0)
    if (left > 12 && left + wide > form.room) { left = 12; top += tall + 8; tall = 0 }
    blocks.reduce((y, b) => { body.push(blockSvg(b, left, y, boxes, form)); return y + b.high }, top)
    left += wide + form.gap
    tall = Math.max(tall, high)
    right = Math.max(right, left)
  }
  top += tall + form.font
  for (const line of wrapped((sel.role === 'y' ? sumHtml({...app, sel}, node) : reachHtml({...app, sel, boxes}, node)).said, Math.max(right, 420) - 24, form.font)) {
    body.push(`<text x="12" y="${top}" class="c b">${escaped(line)}</text>`)
    right = Math.max(right, wideOf(line, form.font) + 24)
    top += form.font + 5
  }
  const what = `${code('torch', app.s, app.nodes)}   ${indexed(letters[sel.role], sel)}`
  return `<svg xmlns="http://www.w3.org/2000/svg" class="pic" width="${right}" height="${top}" viewBox="0 0 ${right} ${top}" role="img"><title>${escaped(what)}</title><style>.pic rect{stroke:#98a2ad}.pic text{font:${form.font}px system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;text-anchor:middle;fill:#000}.pic .c{text-anchor:start;fill:#57606a}.pic .b{fill:#000}.pic .p{fill:#57606a}.pic .on{fill:none;stroke:#000;stroke-width:2.5}</style><pattern id="d" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="7" height="7" fill="#fff6f1" style="stroke:none"/><path d="M0 0H7" stroke="#f2a983" stroke-width="2"/></pattern><rect width="${right}" height="${top}" fill="#fff" style="stroke:none"/>${body.join('')}</svg>`
}

// Planes that stand over one another: those of a tensor, of a filter; on paper each by itself.
function columnsOf(panels, stacked) {
  const by = new Map()
  panels.forEach((p, i) => { const k = stacked ? p.role + p.stage + (p.role === 'w' ? p.lead[0] : '') : i; by.set(k, [...(by.get(k) ?? []), p]) })
  return [...by.values()]
}

// A plane, or parts of it where its rows are wider than the room.
function blocksOf(p, {room, side, font, digit, free, stacked}) {
  const rows = p.rows.map(r => p.cols.map(c => { const k = p.cell(r, c); return {...k, text: k.v === '' ? '' : shown(k.v)} }))
  const w = Math.max(side, Math.ceil(digit * Math.max(...rows.flat().map(k => k.text.length)) + free)), most = Math.max(1, Math.floor((room - 24) / w)), name = (stacked ? label(p) : shortLabel(p)) + (p.group ? ' ' + p.group : '')
  return range(Math.ceil(p.cols.length / most)).map(i => {
    const own = rows.map(row => row.slice(i * most, (i + 1) * most))
    return {p, rows: own, w, name: i ? '…' : name, wide: Math.max(own[0].length * w, wideOf(name, font)), high: 17 + rows.length * side + (stacked ? 10 : 4)}
  })
}

function blockSvg({p, rows, w, name}, left, top, boxes, {side, font}) {
  const lines = rows.flatMap((row, i) => row.map((k, j) => {
    const b = boxes[p.role + p.stage], on = b && within(b, p.role === 'w' ? p.lead : p.lead[0], k.at), x = left + j * w, y = top + 17 + i * side, quiet = ['pad', 'gap'].includes(k.kind)
    const fill = quiet ? on ? '#f6dca6' : '#e6eaee' : k.kind === 'drop' ? 'url(#d)' : PAINT[p.role][on ? 1 : 0]
    return `<rect x="${x}" y="${y}" width="${w}" height="${side}" fill="${fill}"${quiet ? ' stroke-dasharray="3 2"' : ''}/><text x="${x + w / 2}" y="${y + side / 2 + font * .36}"${quiet ? ' class="p"' : ''}>${k.text}</text>` +
      (on ? `<rect class="on" x="${x + 1}" y="${y + 1}" width="${w - 2}" height="${side - 2}"/>` : '')
  }))
  return `<text x="${left}" y="${top + 11}" class="c">${escaped(name)}</text>${lines.join('')}`
}

// Lines of words that are not wider than the room.
const wrapped = (text, room, font) => text.split(' ').reduce((lines, word) => {
  const longer = lines.length ? `${lines.at(-1)} ${word}` : word
  return lines.length && wideOf(longer, font) <= room ? [...lines.slice(0, -1), longer] : [...lines, word]
}, [])

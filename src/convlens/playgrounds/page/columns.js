// A convolution as one product of matrices (im2col): every window is a column, every filter a row, one product for each group.

const LINES = {rows: 27, columns: 12, filters: 8}
const NARROW = {rows: 12, columns: 9, filters: 8} // on paper
const FLOAT = 4 // bytes of a float32

// Of one group of a stage: the sizes, and what stands where. Row r is one tap of one input channel, column j one output.
function unfolded({nodes, values}, n, group) {
  const node = nodes[n], sizes = outSize(node), taps = prod(node.kernel), read = node.cin / node.groups, made = node.cout / node.groups
  const row = r => ({c: group * read + Math.floor(r / taps), tap: unravel(r % taps, node.kernel)})
  const found = new Map()
  const pixelAt = (r, j) => {
    const p = unravel(j, sizes), {tap} = row(r), id = j * taps + r % taps
    if (!found.has(id)) found.set(id, tap.map((k, a) => reads(node, a, p[a])[k].at))
    return found.get(id).includes(null) ? null : found.get(id)
  }
  return {rows: read * taps, columns: prod(sizes), filters: made, first: group * made, row, pixelAt, place: j => unravel(j, sizes),
    entry: (r, j) => values.input(n, row(r).c, pixelAt(r, j)), weight: (i, r) => values.w(n, group * made + i, row(r).c, row(r).tap)}
}

const groupAt = ({role, lead}, node) => Math.floor(lead[0] / ((role === 'x' ? node.cin : node.cout) / node.groups))
const places = list => list.join('·')

function drawColumns(app, most = LINES) {
  const el = $('columns'), open = app.raw.im2col === '1'
  $('im2col').open = open
  el.innerHTML = open ? columnsHtml(app, most) : ''
}

function columnsHtml(app, most) {
  const n = app.sel.stage, node = app.nodes[n], sizes = outSize(node), taps = prod(node.kernel), read = node.cin / node.groups
  if (pooling(node)) return `<p>${t('imPool', {rows: taps, columns: grouped(prod(sizes))})}</p>`
  const groups = node.groups > 1 ? t('imGroups', {n: node.groups}) : ''
  if (node.type === 'transposed') {
    const tall = node.cout / node.groups * taps, wide = prod(node.size)
    return `<p>${t('imTurned', {tall, read, wide, bytes: grouped(tall * wide * node.groups * FLOAT), out: places(sizes)})} ${groups}</p>`
  }
  const group = groupAt(app.sel, node), m = unfolded(app, n, group), all = m.rows * m.columns * node.groups
  const facts = {rows: m.rows, columns: grouped(m.columns), filters: m.filters, read, kernel: places(node.kernel), sizes: places(sizes), values: grouped(all),
    bytes: grouped(all * FLOAT), input: grouped(node.cin * prod(node.size) * FLOAT), times: shown(all / node.cin / prod(node.size))}
  const lane = node.groups > 1 ? ` ${t('imGroup', {g: letterOf(group), n: node.groups})} ${groups}` : ''
  const words = `<p>${t('imSizes', facts)}${lane}</p>${productHtml(app, m)}`
  return `<div class="scroll" tabindex="0" role="group" aria-label="${t('im2col')}">${matrices(app, n, m, most, words)}</div>`
}

// Kernel to the left, windows above, output where they meet: the columns of both stand over one another.
function matrices(app, n, m, most, words) {
  const {sel, boxes, values, nodes} = app, node = nodes[n], at = ravelled(sel.at, {x: node.size, w: node.kernel, y: outSize(node)}[sel.role])
  const column = sel.role === 'y' ? at : -1, line = sel.role === 'w' ? (sel.lead[1] % (node.cin / node.groups)) * prod(node.kernel) + at : -1
  const cut = (count, here, wide) => span2(part(0, count - 1, new Set([Math.max(here, 0)]), wide))
  const rows = cut(m.rows, line, most.rows), columns = cut(m.columns, column, most.columns)
  const filters = cut(m.filters, sel.role === 'x' ? 0 : sel.lead[0] - m.first, m.rows > 4000 ? 1 : most.filters).slice(0, m.rows > 4000 ? 1 : undefined)
  const cell = (role, lead, at, v, on) => `<td class="${role}${on ? ' lit' : ''}"${at ? ` data-key="${key({role: n && role === 'x' ? 'y' : role, stage: n && role === 'x' ? n - 1 : n, lead, at})}"` : ''}>${shown(v)}</td>`
  const entry = (r, j) => {
    const {c} = m.row(r), p = m.pixelAt(r, j)
    return cell('x', [c], p, m.entry(r, j), j === column || r === line || (sel.role === 'x' && c === sel.lead[0] && String(p) === String(sel.at))).replace('class="x', p ? '$&' : '$& pad')
  }
  const weight = (i, r) => { const {c, tap} = m.row(r), lead = [m.first + i, c]; return cell('w', lead, tap, m.weight(i, r), boxes['w' + n] && within(boxes['w' + n], lead, tap)) }
  const made = (i, j) => { const o = m.first + i, p = m.place(j); return cell('y', [o], p, values.value(n, o, p), boxes['y' + n] && within(boxes['y' + n], o, p)) }
  const table = (name, head, body) => `<table class="g" aria-label="${name}"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`
  const th = (v, scope) => `<th scope="${scope}">${v}</th>`
  const sign = {x: t('imWindows'), w: t('kernel'), y: t('output')}, cap = (role, list, count) => `<span class="cap">${sign[role]}${list.length < count ? ` · ${t('part', {rows: `${list[0]}–${list.at(-1)}`, total: grouped(count)})}` : ''}</span>`
  const texts = columns.flatMap(j => [String(m.place(j)), ...rows.map(r => shown(m.entry(r, j))), ...filters.map(i => shown(values.value(n, m.first + i, m.place(j))))])
  return `<div class="mat" style="--cell:${Math.max(24, Math.ceil(7.6 * Math.max(...texts.map(x => x.length)) + 9))}px"><div>${words}</div><div>${cap('x', rows, m.rows)}${table(sign.x, columns.map(j => th(m.place(j), 'col')).join('') + '<td class="away"></td>',
    rows.map(r => `<tr>${columns.map(j => entry(r, j)).join('')}${th(`${r} · x[${m.row(r).c}] ${m.row(r).tap}`, 'row')}</tr>`).join(''))}</div>
<div>${cap('w', filters, m.filters)}${table(sign.w, '<td class="away"></td>' + rows.map(r => th(r, 'col')).join(''), filters.map(i => `<tr>${th(m.first + i, 'row')}${rows.map(r => weight(i, r)).join('')}</tr>`).join(''))}</div>
<div>${cap('y', columns, m.columns)}${table(sign.y, columns.map(j => th(m.place(j), 'col')).join('') + '<td class="away"></td>', filters.map(i => `<tr>${columns.map(j => made(i, j)).join('')}${th(m.first + i, 'row')}</tr>`).join(''))}</div></div>`
}

// The chosen output as a row times a column, and the bias behind it.
function productHtml({sel, values, nodes}, m) {
  if (sel.role !== 'y') return ''
  const o = sel.lead[0], y = values.value(sel.stage, o, sel.at), bias = values.bias(sel.stage, o)
  const end = nodes[sel.stage].bias ? ` + ${t('biasIs')} ${factor(bias)} = ${shown(y)}` : ''
  return `<p><b>${t('imProduct', {row: o, column: ravelled(sel.at, outSize(nodes[sel.stage])), p: sel.at.join(', '), n: m.rows, sum: shown(y - bias)})}${end}</b></p>`
}

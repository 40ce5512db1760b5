// The picture: a table for each plane, rebuilt only when other cells are shown; a new selection repaints the cells.

const $ = id => document.getElementById(id)
const COLS = {x: 'input', s: 'stretched', w: 'kernel'}
let drawn = '', cells = []

const dims = (node, role, stages, n) => role === 'x' ? [node.cin, ...node.size].join(' × ')
  : role === 'w' ? weightShape(node).join(' × ') : role === 'y' ? [node.cout, ...outSize(node)].join(' × ') : ''

function drawPicture(app) {
  const {s, nodes, values, sel, boxes} = app
  const stages = nodes.map((_, n) => tensors(n, s, nodes, boxes, values))
  const panels = stages.flat().flatMap(tensor => tensor.panels)
  const now = app.version + lang + panels.map(p => [p.role, p.stage, p.lead, p.slice, p.rows[0], p.cols[0]].join()).join('|')
  if (now !== drawn) build(app, stages)
  drawn = now
  paint(app)
}

const stageName = n => t('stage', {n: n + 1, what: t(n ? 'mix' : 'each')})
function build(app, stages) {
  const {nodes} = app
  app.most = Math.max(1, ...stages.flat().filter(x => x.role === 'y').flatMap(x => x.panels).flatMap(p => p.rows.flatMap(r => p.cols.map(c => p.cell(r, c).shade ?? 0))))
  $('picture').innerHTML = stages.map((list, n) => {
    const title = nodes.length > 1 ? `<h2>${stageName(n)}</h2>` : ''
    return `<div class="stage">${title}<div class="cols">${list.map(tensor => column(app, n, tensor)).join('')}</div></div>`
  }).join('')
  cells = [...$('picture').querySelectorAll('td')].map(el => ({el, sel: parseKey(el.dataset.cell), key: el.dataset.cell}))
  drawPlayer(app)
  $('picture').querySelectorAll('canvas').forEach((canvas, i) => heat(app, canvas, stages.flat().flatMap(x => x.panels).filter(needsHeat)[i]))
}
const needsHeat = p => p.cropped && p.role !== 'w' && p.role !== 's' && p.sizes.length < 3

function column(app, n, {role, name, panels}) {
  const node = app.nodes[n], by = new Map()
  for (const p of panels) by.set(String(p.lead), [...(by.get(String(p.lead)) ?? []), p])
  const blocks = [...by.values()].map(list => `<div>${caption(app, node, role, list[0])}<div class="slices">${list.map(p => panel(app, p)).join('')}</div></div>`)
  const filters = role === 'w' ? [...new Set(panels.map(p => p.lead[0]))].map(o => `<div class="filter"><span class="cap">${t('filterName', {o})}</span>${[...by.keys()].map((k, i) =>
    Number(k.split(',')[0]) === o ? blocks[i] : '').join('')}</div>`) : blocks
  const pads = role === 'x' && node.pads.some(p => p[0] + p[1]) && node.type !== 'transposed' ? `, ${t('withPad')} ${node.size.map((k, a) => k + node.pads[a][0] + node.pads[a][1]).join(' × ')}` : ''
  const ends = role === 'y' && n === app.nodes.length - 1
  return `<section class="col ${role}${ends ? ' sum' : ''}${ends && panels[0].cropped ? ' tall' : ''}"><h3>${t(name)} <small>${dims(node, role)}${pads}</small></h3><div class="panels">${filters.join('')}</div>${role === 's' ? `<p class="quiet">${t('turned')}</p>` : ''}${ends ? '<div id="sum"></div>' : ''}</section>`
}

function caption(app, node, role, p) {
  const lane = p.group ? `<span class="lane">${p.group}</span>` : ''
  const what = t('channel', {c: p.lead.at(-1)})
  const spanOf = list => `${shown(list[0])}–${shown(list.at(-1))}`, full = p.sizes
  const cut = p.cropped && full.length < 3 ? ` · ${t('part', {rows: [...(full.length > 1 ? [spanOf(p.rows)] : []), spanOf(p.cols)].join(' × '), total: full.join(' × ')})}` : ''
  return `<span class="cap">${what}${lane}${cut}</span>`
}

const roving = new Map()
function panel(app, p) {
  const role = p.role, live = role !== 's', name = `${t('cell_' + role)}, ${role === 'w' ? t('filter', {o: p.lead[0], c: p.lead[1]}) : t('channel', {c: p.lead[0]})}`
  const index = v => `<th scope="col">${shown(v)}</th>`
  const two = p.sizes.length > 1, head = role === 'w' ? '' : `<thead><tr>${two ? '<td class="away"></td>' : ''}${p.cols.map(index).join('')}</tr></thead>`
  const body = p.rows.map(r => `<tr>${two && role !== 'w' ? `<th scope="row">${shown(r)}</th>` : ''}${p.cols.map(c => {
    const cell = p.cell(r, c), k = key({role, stage: p.stage, lead: p.lead, at: cell.at})
    const shade = cell.shade != null ? ' o' + Math.ceil(4 * cell.shade / app.most) : ''
    const own = live && cell.kind !== 'pad' ? ` role="gridcell" data-key="${k}" tabindex="-1"` : live ? ' role="gridcell"' : ''
    return `<td class="${role} ${cell.kind}${shade}" data-cell="${k}"${own}>${cell.v === '' ? '' : shown(cell.v)}</td>`
  }).join('')}</tr>`).join('')
  const slice = p.slice === null ? '' : `<span class="cap">${t('slice', {d: shown(p.slice)})}</span>`
  const map = needsHeat(p) ? `<canvas width="96" height="96" data-lead="${p.lead}" role="img" aria-label="${t('heat')}"></canvas>` : ''
  return `<div class="panel">${slice}<table class="g"${live ? ' role="grid"' : ''} aria-label="${name}">${head}<tbody>${body}</tbody></table>${map}</div>`
}

// Lights what belongs to the selection, and keeps one tab stop for each tensor.
function paint({boxes, sel, pin, s, values}) {
  const first = new Map(), pinned = pin?.boxes ?? {}
  for (const c of cells) {
    if (!c.sel) continue
    const {role, stage, lead, at} = c.sel, b = boxes[role + stage], q = pinned[role + stage]
    const on = b !== undefined && within(b, role === 'w' ? lead : lead[0], at)
    c.el.classList.toggle('lit', on)
    c.el.classList.toggle('pin', q !== undefined && within(q, role === 'w' ? lead : lead[0], at))
    if (!c.el.dataset.key) continue
    const name = role + stage
    if (!first.has(name) || c.key === roving.get(name)) first.set(name, c.el)
    c.el.tabIndex = -1
    c.el.ariaSelected = c.key === key(sel)
  }
  for (const c of cells) if (c.key === key(sel) && c.el.dataset.key) first.set(sel.role + sel.stage, c.el)
  for (const el of first.values()) el.tabIndex = 0
}

// All of a plane in colour, with a frame around the part that has numbers; a large sum is sampled more coarsely.
function heat(app, canvas, p) {
  const g = canvas.getContext('2d'), [rows, cols] = p.sizes.length > 1 ? p.sizes : [1, p.sizes[0]], node = app.nodes[p.stage]
  const each = p.role === 'y' ? termCount(node, p.lead[0], p.sizes.map(n => n >> 1)) : 1
  const most = Math.max(8, Math.min(96, Math.floor(Math.sqrt(2e5 / each)))), h = Math.min(rows, most), w = Math.min(cols, most)
  canvas.style.height = `${rows > 1 ? Math.round(96 * Math.min(rows / cols, 2)) : 16}px`
  canvas.height = rows > 1 ? 96 : 16
  const pick = (i, n, count) => Math.floor((i + .5) * n / count)
  const read = (r, c) => p.role === 'y' ? app.values.value(p.stage, p.lead[0], p.sizes.length > 1 ? [r, c] : [c]) : app.values.x(p.lead[0], p.sizes.length > 1 ? [r, c] : [c])
  const grid = range(h).map(i => range(w).map(j => read(pick(i, rows, h), pick(j, cols, w)))), flat = grid.flat()
  const low = Math.min(...flat), high = Math.max(...flat), colour = p.role === 'y' ? '0,158,115' : '230,159,0'
  const sx = canvas.width / w, sy = canvas.height / h
  grid.forEach((line, i) => line.forEach((v, j) => {
    g.fillStyle = `rgba(${colour},${.08 + .92 * (high > low ? (v - low) / (high - low) : 1)})`
    g.fillRect(j * sx, i * sy, sx + .5, sy + .5)
  }))
  g.strokeStyle = getComputedStyle(document.body).color
  g.lineWidth = 2
  const fx = canvas.width / cols, fy = canvas.height / rows
  g.strokeRect(p.cols[0] * fx, p.sizes.length > 1 ? p.rows[0] * fy : 0, p.cols.length * fx, p.rows.length * fy)
  canvas.onclick = e => {
    const b = canvas.getBoundingClientRect(), at = [Math.floor((e.clientX - b.left) / b.width * cols)]
    if (p.sizes.length > 1) at.unshift(Math.floor((e.clientY - b.top) / b.height * rows))
    choose({role: p.role, stage: p.stage, lead: p.lead, at})
  }
}

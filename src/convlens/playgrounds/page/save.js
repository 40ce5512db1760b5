// The picture as SVG, the contact sheet for print, the record as JSON, and the clipboard.

const PAINT = {x: ['#fdf0d5', '#e69f00'], s: ['#fdf0d5', '#e69f00'], w: ['#e3f2fb', '#56b4e9'], y: ['#d5f0e7', '#2bbf93']}
const label = p => p.role === 'w' ? t('filter', {o: p.lead[0], c: p.lead[1]}) : `${t(COLS[p.role] ?? 'output')} ${t('channel', {c: p.lead[0]})}${p.slice === null ? '' : ', D ' + p.slice}`

// One picture at a selection: columns of planes, each cell with its number, lit cells with a thick border.
function svgOf(app, sel) {
  const boxes = lit(sel, app.nodes), lists = app.nodes.flatMap((_, n) => tensors(n, app.s, app.nodes, boxes, app.values))
  const side = 26, body = [], gap = 18
  let left = 12, tall = 0
  const columns = lists.flatMap(({role, panels}) => role !== 'w' ? [{role, panels}]
    : [...new Set(panels.map(p => p.lead[0]))].map(o => ({role, panels: panels.filter(p => p.lead[0] === o)})))
  for (const {role, panels} of columns) {
    let top = 12, wide = 0
    for (const p of panels) {
      const texts = p.rows.map(r => p.cols.map(c => { const k = p.cell(r, c); return {...k, text: k.v === '' ? '' : shown(k.v)} }))
      const w = Math.max(side, 7 * Math.max(...texts.flat().map(k => k.text.length)) + 8)
      body.push(`<text x="${left}" y="${top + 11}" class="c">${escaped(label(p))}${p.group ? ' ' + p.group : ''}</text>`)
      texts.forEach((line, i) => line.forEach((k, j) => {
        const b = boxes[role + p.stage], on = b && within(b, role === 'w' ? p.lead : p.lead[0], k.at), x = left + j * w, y = top + 17 + i * side
        const fill = ['pad', 'gap'].includes(k.kind) ? on ? '#f6dca6' : '#e6eaee' : k.kind === 'drop' ? 'url(#d)' : PAINT[role][on ? 1 : 0]
        body.push(`<rect x="${x}" y="${y}" width="${w}" height="${side}" fill="${fill}"${['pad', 'gap'].includes(k.kind) ? ' stroke-dasharray="3 2"' : ''}/><text x="${x + w / 2}" y="${y + 17}"${['pad', 'gap'].includes(k.kind) ? ' class="p"' : ''}>${k.text}</text>`)
        if (on) body.push(`<rect class="on" x="${x + 1}" y="${y + 1}" width="${w - 2}" height="${side - 2}"/>`)
      }))
      wide = Math.max(wide, p.cols.length * w, 7 * label(p).length)
      top += 17 + p.rows.length * side + 12
    }
    left += wide + gap
    tall = Math.max(tall, top)
  }
  const line = `${code('torch', app.s, app.nodes)}   y[${[...sel.lead, ...sel.at].join(', ')}]`
  return `<svg xmlns="http://www.w3.org/2000/svg" class="pic" viewBox="0 0 ${left} ${tall}" role="img"><title>${escaped(line)}</title><style>.pic rect{stroke:#98a2ad}.pic text{font:12px system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;text-anchor:middle;fill:#000}.pic .c{text-anchor:start;fill:#57606a}.pic .p{fill:#57606a}.pic .on{fill:none;stroke:#000;stroke-width:2.5}</style><pattern id="d" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="7" height="7" fill="#fff6f1" style="stroke:none"/><path d="M0 0H7" stroke="#f2a983" stroke-width="2"/></pattern><rect width="${left}" height="${tall}" fill="#fff" style="stroke:none"/>${body.join('')}</svg>`
}

const STEPS = 64
function stepsOf(app) {
  const n = app.sel.role === 'y' ? app.sel.stage : app.nodes.length - 1
  return {stage: n, sizes: [app.nodes[n].cout, ...outSize(app.nodes[n])]}
}
const unravel = (i, sizes) => sizes.map((size, a) => Math.floor(i / prod(sizes.slice(a + 1))) % size)
const stepAt = (i, {stage, sizes}) => { const [o, ...at] = unravel(i, sizes); return {role: 'y', stage, lead: [o], at} }

function drawSheet(app) {
  const all = stepsOf(app), n = prod(all.sizes), count = Math.min(n, STEPS)
  $('sheet').innerHTML = `<p>${t('contact', {shown: count, all: n})}</p>` + range(count).map(i => svgOf(app, stepAt(Math.floor(i * n / count), all))).join('')
}

// Names that every file system takes: conv2d_k3s2p1d2_3x7x7-2x3x3
function fileName({raw, nodes}) {
  const node = nodes[0], short = list => tuple(list).replace(/[^\d]+/g, 'x').replace(/^x|x$/g, '')
  const pads = short(node.pads.map(p => p[0] === p[1] ? p[0] : p.join('x')))
  return `${raw.type}${raw.axes}d_k${short(node.kernel)}s${short(node.stride)}p${pads}d${short(node.dilation)}_${[node.cin, ...node.size].join('x')}-${[nodes.at(-1).cout, ...outSize(nodes.at(-1))].join('x')}`
}

function record(app) {
  const {nodes, raw, sel, values} = app, last = nodes.at(-1)
  return {schema: 'convlens/play/1', settings: changed(raw), code: code(raw.fw, app.s, nodes), input: [nodes[0].cin, ...nodes[0].size], output: [last.cout, ...outSize(last)],
    params: String(nodes.reduce((sum, n) => sum + params(n), 0n)), macs: String(nodes.reduce((sum, n) => sum + macs(n), 0n)),
    selected: key(sel), value: sel.role === 'y' ? values.value(sel.stage, sel.lead[0], sel.at) : null}
}

function download(name, type, text) {
  const a = document.createElement('a')
  a.href = URL.createObjectURL(new Blob([text], {type}))
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(a.href), 1000)
}

// Copies, or shows the text where the page may not (a sandbox, an old browser).
async function copyText(text, button) {
  let done = false
  try {
    await navigator.clipboard.writeText(text)
    done = true
  } catch {
    const area = document.body.appendChild(Object.assign(document.createElement('textarea'), {value: text}))
    area.select()
    try { done = document.execCommand('copy') } catch { done = false }
    area.remove()
  }
  if (!done) return dialog(t('noCopy'), `<pre>${escaped(text)}</pre>`)
  const before = button.textContent
  button.textContent = t('copied')
  setTimeout(() => { button.textContent = before }, 1200)
}

function dialog(title, html) {
  $('dt').textContent = title
  $('dtext').innerHTML = html
  $('dialog').showModal()
}

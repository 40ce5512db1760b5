// What leaves the page: pictures, the page itself, the record as JSON, and the clipboard.

const STEPS = 64
function stepsOf(app) {
  const n = app.sel.role === 'y' ? app.sel.stage : app.nodes.length - 1
  return {stage: n, sizes: [app.nodes[n].cout, ...outSize(app.nodes[n])]}
}
const stepAt = (i, {stage, sizes}) => { const [o, ...at] = unravel(i, sizes); return {role: 'y', stage, lead: [o], at} }

function drawSheet(app) {
  const all = stepsOf(app), n = prod(all.sizes), count = Math.min(n, STEPS)
  $('sheet').innerHTML = `<p>${t('contact', {shown: count, all: n})}</p>` + range(count).map(i => svgOf(app, stepAt(Math.floor(i * n / count), all), PAPER)).join('')
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

// The page itself with its settings as they stand now; SOURCE is its text before anything was drawn.
const SOURCE = globalThis.source ?? document.documentElement.outerHTML
const pageNow = () => '<!doctype html>\n' + SOURCE.replace(/(id="start">)[^<]*/, (_, mark) => mark + JSON.stringify(changed(asked, DEFAULTS)).replace(/</g, '\\u003c'))

// The picture in pixels, two for one where that is not too many for a browser.
function savePng(app) {
  const svg = svgOf(app, app.sel), [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg), scale = Math.min(2, 8000 / Math.max(width, height))
  const image = new Image(), canvas = Object.assign(document.createElement('canvas'), {width: width * scale, height: height * scale})
  image.onload = () => {
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
    try { canvas.toBlob(blob => download(fileName(app) + '.png', 'image/png', blob)) } catch { dialog('PNG', t('noPng')) }
  }
  image.src = 'data:image/svg+xml,' + encodeURIComponent(svg)
}

// The command that draws every step, a GIF or a film; null for a layer that no single call makes, or that convlens draw calls too large.
const DRAWN = {cells: 1000, wide: 100, products: 100000}
function drawCommand({s, nodes}) {
  const fits = line => !line.includes('\n') && line[0] !== '#', [torch, keras] = [torchCode(s, nodes), kerasCode(s, nodes)], call = [torch, keras].find(fits)
  const planes = nodes.flatMap(node => [node.size.map((n, a) => n + node.pads[a][0] + node.pads[a][1]), outSize(node)])
  const large = planes.some(plane => prod(plane) > DRAWN.cells || plane.at(-1) > DRAWN.wide) || nodes.some(node => prod([...outSize(node), node.cout, groupOf(node, 0).length, ...node.kernel]) > DRAWN.products)
  if (!call || large) return null
  const shape = call === torch ? [s.in, ...s.size] : [...s.size, s.in]
  return `convlens draw "${call.replace('nn.', '').replaceAll('"', "'")}" --input ${[...(s.batch ? [1] : []), ...shape].join('x')}${s.flip ? ' --flip' : ''} -o layer.gif`
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

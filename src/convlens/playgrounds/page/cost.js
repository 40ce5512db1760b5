// Parameters, MACs and output against one setting, all others as they are.

const SWEPT = 'stride kernel padding dilation groups size in out mult'.split(' ')
let against = 'stride', picked = null

function sweptValues(raw, field, s) {
  const here = parseInt(raw[field], 10), near = (low, high) => range(high - low + 1).map(i => low + i)
  const found = field === 'groups' ? near(1, 64).filter(g => s.in % g === 0 && s.out % g === 0)
    : field === 'in' || field === 'out' ? [1, 2, 4, 8, 16, 32, 64, 128, 256, here]
    : field === 'size' ? near(Math.max(1, here - 6), here + 7) : field === 'padding' ? near(0, 6) : near(1, field === 'kernel' ? 11 : 6)
  return [...new Set([...found, here])].filter(v => v >= LIMITS[field][0]).sort((a, b) => a - b)
}

// Points {v, params, macs, out} of a series; a setting that is not possible has none of the three.
function series(raw, field, s) {
  return sweptValues(raw, field, s).map(v => {
    const {nodes, errors} = read({...raw, [field]: String(v)})
    if (errors.length) return {v}
    const sum = count => nodes.reduce((all, node) => all + count(node), 0n)
    return {v, parameters: sum(params), macs: sum(node => pooling(node) ? operations(node) : macs(node)), out: BigInt(outSize(nodes.at(-1)).at(-1))}
  })
}

function drawCost(app) {
  const {raw, s} = app, fields = SWEPT.filter(f => has(raw, f) && !(f === 'padding' && has(raw, 'rule') && raw.rule !== 'sides'))
  if (!fields.includes(against)) against = fields[0]
  const points = series(raw, against, s), here = points.findIndex(p => p.v === parseInt(raw[against], 10))
  if (picked === null || picked >= points.length) picked = Math.max(here, 0)
  const shows = [...(pooling(app.nodes[0]) ? [['macs', t('operations')]] : [['parameters', t('parameters')], ['macs', t('macs')]]), ['out', t('outputAxis', {axis: AXES[s.axes].at(-1)})]]
  const known = points.filter(p => p.out !== undefined)
  const flat = shows.filter(([k]) => known.length > 1 && known.every(p => p[k] === known[0][k])).map(([, name]) => name)
  $('cost').innerHTML = `<label>${t('against')} <select id="against">${fields.map(f => `<option value="${f}"${f === against ? ' selected' : ''}>${t(f)}</option>`).join('')}</select></label>
<div class="curves">${shows.map(([k, name]) => curve(points, k, name, here)).join('')}</div>
<div class="at-line"><input type="range" id="at" min="0" max="${points.length - 1}" value="${picked}" aria-label="${t(against)}"><button type="button" id="pick"></button></div><p id="exact" class="note"></p>` +
    (flat.length ? `<p class="quiet">${t('flat', {field: t(against), what: flat.join(t('and'))})}</p>` : '') +
    `<details><summary>${t('asTable')}</summary><div class="scroll"><table class="t"><thead><tr><th scope="col">${t(against)}</th>${shows.map(([, n]) => `<th scope="col">${n}</th>`).join('')}</tr></thead><tbody>${points.map((p, i) =>
      `<tr class="${i === here ? 'own' : ''}"><th scope="row">${p.v}</th>${shows.map(([k]) => `<td>${p[k] === undefined ? '—' : grouped(p[k])}</td>`).join('')}</tr>`).join('')}</tbody></table></div></details>`
  const exact = () => {
    const p = points[picked]
    $('exact').textContent = p.out === undefined ? t('notLegal', {field: t(against), v: p.v})
      : `${t(against)} ${p.v}${picked === here ? ` (${t('here')})` : ''}${t('colon')}${shows.map(([k, n]) => `${n} ${grouped(p[k])}`).join(t('comma'))}`
    $('at').setAttribute('aria-valuetext', $('exact').textContent)
    $('pick').textContent = t('pick', {v: p.v})
    $('pick').disabled = p.out === undefined || picked === here
    document.querySelectorAll('.curves .at').forEach(line => { line.setAttribute('x1', place(points, picked)); line.setAttribute('x2', place(points, picked)) })
  }
  exact()
  $('against').onchange = e => { against = e.target.value; picked = null; drawCost(app) ; $('against').focus() }
  $('at').oninput = e => { picked = Number(e.target.value); exact() }
  $('pick').onclick = () => { const v = String(points[picked].v); picked = null; set({[against]: v}) }
  document.querySelectorAll('.curves svg').forEach(svg => svg.onmousemove = e => {
    const b = svg.getBoundingClientRect(), x = (e.clientX - b.left) / b.width * 176
    picked = points.reduce((best, _, i) => Math.abs(place(points, i) - x) < Math.abs(place(points, best) - x) ? i : best, 0)
    $('at').value = picked
    exact()
  })
}

const place = (points, i) => 14 + (points.length > 1 ? i / (points.length - 1) : .5) * 148
function curve(points, k, name, here) {
  const known = points.map((p, i) => [i, p[k]]).filter(p => p[1] !== undefined), numbers = known.map(p => Number(p[1])), most = Math.max(...numbers, 1)
  const y = v => 90 - 50 * v / most, dots = known.map(([i], j) => [place(points, i), y(numbers[j]), i])
  const bad = points.map((p, i) => [p, i]).filter(([p]) => p[k] === undefined).map(([, i]) => place(points, i))
  const value = here >= 0 && points[here][k] !== undefined ? grouped(points[here][k]) : ''
  return `<svg viewBox="0 0 176 112" width="176" height="112" role="img" aria-label="${name}: ${known.map(([i, v]) => `${points[i].v}: ${grouped(v)}`).join(', ')}"><text x="4" y="13">${name}</text><text x="4" y="29" class="v">${value}</text>
<line class="at" y1="34" y2="94"/><path d="M${dots.map(d => `${d[0].toFixed(1)} ${d[1].toFixed(1)}`).join('L')}"/>${dots.map(d => `<circle cx="${d[0].toFixed(1)}" cy="${d[1].toFixed(1)}" r="${d[2] === here ? 5 : 2.5}"${d[2] === here ? ' class="me"' : ''}/>`).join('')}${bad.map(x => `<path class="no" d="M${x - 3} 85l6 6m0-6l-6 6"/>`).join('')}
<text class="q" x="14" y="107" text-anchor="middle">${points[0].v}</text><text class="q" x="162" y="107" text-anchor="middle">${points.at(-1).v}</text></svg>`
}

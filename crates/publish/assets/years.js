// The chart of years on a station's page. Days first; hours once two months or less are in view.
(function () {
  "use strict";
  var place = document.getElementById("years");
  if (!place) return;
  var said = place.querySelector("[role=status]"), plot = place.querySelector(".plot");
  var select = place.querySelector("select"), data = place.dataset, chart = null, days = null, hours = null, asked = 0;
  var DAY = 86400, FINE = 62 * DAY;
  place.hidden = false;

  function script() {
    if (window.uPlot) return Promise.resolve();
    var style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = data.base + data.style;
    document.head.append(style);
    return new Promise(function (done, failed) {
      var script = document.createElement("script");
      script.src = data.base + data.script;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  }

  // Middle of each period and its value; what did not pass is a gap.
  function series(period, from, to) {
    var url = data.base + "/api/v1/observations?station=" + encodeURIComponent(data.station) + "&parameter=" + select.value +
      "&period=" + period + "&limit=50000&fields=start,end,value,flag&from=" + new Date(from * 1e3).toISOString() + "&to=" + new Date(to * 1e3).toISOString();
    return fetch(url).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }).then(function (page) {
      var x = [], y = [], last = null;
      page.items.forEach(function (item) {
        var start = Date.parse(item.start) / 1e3, end = Date.parse(item.end) / 1e3;
        if (last !== null && start > last) { x.push(last); y.push(null); }
        x.push((start + end) / 2);
        y.push(item.flag <= 2 ? item.value : null);
        last = end;
      });
      return [x, y];
    });
  }

  function draw(points, range) {
    var option = select.selectedOptions[0], ink = getComputedStyle(document.body).color;
    if (chart) chart.destroy();
    var axis = { stroke: ink, grid: { stroke: "#8886" }, ticks: { stroke: "#8886" } };
    chart = new uPlot({
      width: plot.clientWidth, height: 260,
      tzDate: function (at) { return uPlot.tzDate(new Date(at * 1e3), data.zone); },
      scales: { x: { min: range[0], max: range[1] } },
      axes: [Object.assign({ values: [[DAY * 28, "{YYYY}-{MM}", null, null, null, null, null, null, 1], [DAY, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1], [3600, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1]] }, axis), Object.assign({ label: option.dataset.unit }, axis)],
      series: [{ label: data.time, value: "{YYYY}-{MM}-{DD} {HH}:{mm}" }, { label: option.textContent, stroke: getComputedStyle(place).getPropertyValue("--s0"), width: 1.5, spanGaps: false }],
      hooks: { setSelect: [function (u) { if (u.select.width > 4) show(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")); }] },
      cursor: { drag: { setScale: false } },
    }, points, plot);
    chart.over.addEventListener("dblclick", function () { whole(); });
  }

  function range() { return chart ? [chart.scales.x.min, chart.scales.x.max] : null; }
  function whole() { show(days[0][0] - DAY, days[0][days[0].length - 1] + DAY); }

  function show(from, to) {
    var mine = ++asked;
    if (to - from > FINE) {
      said.textContent = data.days;
      return draw(days, [from, to]);
    }
    series("PT1H", from, to).then(function (points) {
      if (mine !== asked) return;
      hours = points[0].length ? points : days;
      said.textContent = points[0].length ? data.hours : data.days;
      draw(hours, [from, to]);
    }).catch(failed);
  }

  function failed() { said.textContent = data.failed; }

  function load() {
    said.textContent = data.loading;
    var mine = ++asked, now = Date.now() / 1e3;
    Promise.all([script(), series("P1D", now - 40 * 365 * DAY, now)]).then(function (got) {
      if (mine !== asked) return;
      days = got[1];
      if (!days[0].length) { said.textContent = data.empty; return; }
      place.querySelectorAll("button").forEach(function (button) { button.hidden = button.dataset.do === "load"; });
      whole();
    }).catch(failed);
  }

  place.addEventListener("click", function (event) {
    var wanted = event.target.dataset && event.target.dataset.do, now = range();
    if (wanted === "load") return load();
    if (!wanted || !now) return;
    var length = now[1] - now[0];
    if (wanted === "all") whole();
    if (wanted === "year") show(now[1] - 365 * DAY, now[1]);
    if (wanted === "month") show(now[1] - 31 * DAY, now[1]);
    if (wanted === "back") show(now[0] - length / 2, now[1] - length / 2);
    if (wanted === "on") show(now[0] + length / 2, now[1] + length / 2);
  });
  select.addEventListener("change", function () { if (days) load(); });
  window.addEventListener("resize", function () { if (chart) chart.setSize({ width: plot.clientWidth, height: 260 }); });
})();

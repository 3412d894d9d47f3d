// The map page, where a script runs: the server's drawing can be moved and zoomed after a tap. Signs, links and words stay those
// of the drawing; when the page is brought up to date, so are they.
(function () {
  "use strict";
  var data, map = null, signs = null;

  function load(path, kind) {
    return new Promise(function (done, failed) {
      var part = document.createElement(kind);
      if (kind === "link") { part.rel = "stylesheet"; part.href = data.base + path; } else { part.src = data.base + path; }
      part.onload = done;
      part.onerror = failed;
      document.head.append(part);
    });
  }

  function icon(sign) {
    var link = document.createElement("a"), svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    link.href = sign.getAttribute("href");
    link.title = sign.querySelector("title").textContent;
    link.setAttribute("aria-label", link.title);
    svg.setAttribute("viewBox", "0 0 64 64");
    svg.setAttribute("aria-hidden", "true");
    Array.from(sign.querySelector("g").childNodes).forEach(function (node) { svg.append(node.cloneNode(true)); });
    link.append(svg, sign.querySelector(":scope > text").textContent);
    return L.divIcon({ html: link, className: "pin", iconSize: [44, 44] });
  }

  // What the drawing shows now, at the places themselves.
  function mark() {
    var drawing = document.querySelector(".map > svg");
    if (!map || !drawing) return;
    drawing.setAttribute("hidden", "");
    signs.clearLayers();
    drawing.querySelectorAll("a[data-lat]").forEach(function (sign) {
      L.marker([sign.dataset.lat, sign.dataset.lon], { icon: icon(sign), keyboard: false }).addTo(signs);
    });
  }

  function draw(outline) {
    map = L.map(document.getElementById("leaflet"), { zoomControl: false, attributionControl: false, zoomSnap: 0.25 });
    L.control.zoom({ zoomInTitle: data.nearer, zoomOutTitle: data.farther }).addTo(map);
    signs = L.featureGroup().addTo(map);
    var land = outline && L.geoJSON(outline, {
      interactive: false,
      style: function (feature) { return { className: /Polygon/.test(feature.geometry.type) ? "land" : "stream" }; },
    }).addTo(map);
    mark();
    var bounds = signs.getBounds();
    if (land) bounds.extend(land.getBounds());
    map.fitBounds(bounds, { padding: [24, 24], maxZoom: 15 });
  }

  function begin(place) {
    var button = place.querySelector("button"), said = place.querySelector("[role=status]");
    data = place.dataset;
    place.hidden = false;
    button.addEventListener("click", function () {
      button.disabled = true;
      Promise.all([load(data.style, "link"), load(data.script, "script"), data.outline && fetch(data.base + data.outline).then(function (answer) {
        if (!answer.ok) throw new Error(answer.status);
        return answer.json();
      })]).then(function (loaded) {
        document.getElementById("leaflet").hidden = false;
        button.hidden = true;
        said.textContent = "";
        draw(loaded[2]);
      }).catch(function () {
        button.disabled = false;
        said.textContent = data.failed;
      });
    });
    new MutationObserver(mark).observe(document.querySelector("main").parentNode, { childList: true });
  }

  var place = document.getElementById("zoom");
  if (place) begin(place);
})();

(function(){var busy=0,last=Date.now();
function keep(m,n){["find","years","zoom"].forEach(function(k){var o=m.querySelector("#"+k),p=n.querySelector("#"+k);if(o&&p)p.replaceWith(o)})}
function load(){fetch(location.href,{cache:"no-cache"}).then(function(r){if(!r.ok)throw 0;return r.text()}).then(function(t){var d=new DOMParser().parseFromString(t,"text/html"),m=document.querySelector("main"),n=d.querySelector("main"),o=m.querySelectorAll("details"),p=n.querySelectorAll("details"),a=document.activeElement,g=document.getElementById("made"),i;for(i=0;i<p.length&&i<o.length;i++)p[i].open=o[i].open;m.replaceWith(n);keep(m,n);var b=document.getElementById("alerts"),c=d.getElementById("alerts");if(b&&c)b.replaceWith(c);if(n.contains(a))a.focus({preventScroll:true});if(g)g.textContent=d.getElementById("made").textContent;document.getElementById("offline").hidden=true}).catch(function(){document.getElementById("offline").hidden=false}).then(function(){busy=0;last=Date.now()})}
function soon(ms){if(!busy){busy=1;setTimeout(load,ms)}}
setInterval(function(){soon(0)},60000);
if(window.EventSource){var s=new EventSource((document.documentElement.dataset.base||"")+"/api/v1/stream"),f=function(){soon(Math.max(500,last+5000-Date.now()))};s.addEventListener("observation",f);s.addEventListener("assessment",f);s.addEventListener("alert",f)}
})();

(function(){var b=document.getElementById("near"),o=document.getElementById("nearest");if(!b||!navigator.geolocation||!window.isSecureContext)return;
b.hidden=false;
function say(t){o.hidden=false;o.textContent=t}
b.addEventListener("click",function(){say(b.dataset.asking);navigator.geolocation.getCurrentPosition(function(p){var r=Math.PI/180,a=p.coords.latitude*r,l=p.coords.longitude*r,best,far=9;document.querySelectorAll("[data-at]").forEach(function(c){var q=c.dataset.at.split(","),y=q[0]*r,x=q[1]*r,h=Math.pow(Math.sin((y-a)/2),2)+Math.cos(a)*Math.cos(y)*Math.pow(Math.sin((x-l)/2),2);if(h<far){far=h;best=c}});if(!best)return say(b.dataset.failed);
var k=best.querySelector("a"),d=2*6371*Math.asin(Math.sqrt(far)),t=b.dataset.found.split("{name}"),n=k.cloneNode(true);say("");o.append(t[0],n,t[1].replace("{km}",d<10?d.toFixed(1):Math.round(d)))},function(){say(b.dataset.failed)},{maximumAge:600000,timeout:15000})})
})();

//! `/assets/{name}`: the few files that pages load on a tap. Their names change with their content, so that they are kept
//! for good.

use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, Response};

use crate::answer::{Cache, cache};
use crate::app::Shared;
use crate::pages::not_found;

/// A file.
pub struct Asset {
    /// Its address, with the version in its name.
    pub path: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

/// Charts that zoom.
pub const UPLOT: Asset = Asset {
    path: "/assets/uplot-1.6.32.js",
    media_type: "text/javascript; charset=utf-8",
    bytes: include_bytes!("../assets/uplot/uPlot.iife.min.js"),
};
/// Their style.
pub const UPLOT_STYLE: Asset = Asset {
    path: "/assets/uplot-1.6.32.css",
    media_type: "text/css; charset=utf-8",
    bytes: include_bytes!("../assets/uplot/uPlot.min.css"),
};
/// Their licence.
pub const UPLOT_LICENCE: Asset = Asset {
    path: "/assets/uplot-licence.txt",
    media_type: "text/plain; charset=utf-8",
    bytes: include_bytes!("../assets/uplot/LICENSE"),
};
/// The chart of years on a station's page.
pub const YEARS: Asset = Asset {
    path: "/assets/years-2.js",
    media_type: "text/javascript; charset=utf-8",
    bytes: include_bytes!("../assets/years.js"),
};

/// A map that moves and zooms.
pub const LEAFLET: Asset = Asset {
    path: "/assets/leaflet-1.9.4.js",
    media_type: "text/javascript; charset=utf-8",
    bytes: include_bytes!("../assets/leaflet/leaflet.js"),
};
/// Its style.
pub const LEAFLET_STYLE: Asset = Asset {
    path: "/assets/leaflet-1.9.4.css",
    media_type: "text/css; charset=utf-8",
    bytes: include_bytes!("../assets/leaflet/leaflet.css"),
};
/// Its licence.
pub const LEAFLET_LICENCE: Asset = Asset {
    path: "/assets/leaflet-licence.txt",
    media_type: "text/plain; charset=utf-8",
    bytes: include_bytes!("../assets/leaflet/LICENSE"),
};
/// What the map page does with it.
pub const MAP: Asset = Asset {
    path: "/assets/map-1.js",
    media_type: "text/javascript; charset=utf-8",
    bytes: include_bytes!("../assets/map.js"),
};

const ALL: [&Asset; 8] =
    [&UPLOT, &UPLOT_STYLE, &UPLOT_LICENCE, &YEARS, &LEAFLET, &LEAFLET_STYLE, &LEAFLET_LICENCE, &MAP];

/// The file of this name.
#[utoipa::path(
    get, path = "/assets/{file}", tag = "pages", operation_id = "asset",
    params(("file" = String, Path, description = "as pages name it")),
    responses(
        (status = 200, description = "a script or a style", content_type = "text/javascript", body = String),
        (status = 404, description = "there is no such file", content_type = "text/html", body = String),
    )
)]
pub async fn get(
    State(app): State<Shared>,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response<Body> {
    match ALL.iter().find(|asset| asset.path.strip_prefix("/assets/") == Some(name.as_str())) {
        Some(asset) => cache::tagged(&headers, Cache::Immutable, asset.media_type, asset.bytes),
        None => not_found::render(&app, &uri, &headers),
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::testing::Service;

    #[tokio::test]
    async fn files_are_kept_for_good_and_their_names_lead_nowhere_else() {
        let service = Service::with(Vec::new()).await;
        for asset in ALL {
            let answer = service.get(asset.path).await;
            assert_eq!(answer.status, 200, "{}", asset.path);
            assert!(answer.header("cache-control").contains("immutable"), "{}", asset.path);
            assert_eq!(answer.header("content-type"), asset.media_type);
        }
        for path in ["/assets/", "/assets/x.js", "/assets/..%2FCargo.toml"] {
            assert_eq!(service.get(path).await.status, 404, "{path}");
        }
    }

    /// Browsers keep a file under its name for a year: who changes one gives it another name, and its hash here.
    #[test]
    fn a_file_that_changed_has_another_name() {
        let known = [
            ("/assets/uplot-1.6.32.js", "19c8d4c6ad88929a"),
            ("/assets/uplot-1.6.32.css", "df630c6a8d6f8eea"),
            ("/assets/years-2.js", "a677da44522c4b97"),
            ("/assets/leaflet-1.9.4.js", "db49d009c841f5ca"),
            ("/assets/leaflet-1.9.4.css", "a783710282418482"),
            ("/assets/map-1.js", "6023efa7c35824a9"),
        ];
        for (path, hash) in known {
            let asset = ALL.iter().find(|asset| asset.path == path).unwrap();
            let found: String = Sha256::digest(asset.bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, hash, "{path}");
        }
    }
}

/** gdal3.js has types for its browser build only: these are of its build for Node, and of it what is used here. */
declare module "gdal3.js/node.js" {
  export interface Dataset {
    readonly path: string;
  }

  type Tool = (dataset: Dataset, options: readonly string[], name: string) => Promise<{ readonly local: string }>;

  export interface Gdal {
    readonly gdal_translate: Tool;
    readonly gdalwarp: Tool;
    open(path: string): Promise<{ readonly datasets: readonly Dataset[]; readonly errors: readonly unknown[] }>;
    close(dataset: Dataset): Promise<void>;
    gdalinfo(dataset: Dataset, options: readonly string[]): Promise<unknown>;
    /** Emscripten's: the files that GDAL sees. */
    readonly Module: {
      readonly NODEFS: object;
      readonly FS: {
        mount(type: object, options: { readonly root: string }, at: string): void;
        unmount(at: string): void;
      };
    };
  }

  export interface GdalSettings {
    readonly path: string;
    /** GDAL's configuration options */
    readonly env: Readonly<Record<string, string>>;
    readonly errorHandler: (message: string) => void;
    readonly logHandler: (message: string) => void;
  }

  export default function initGdal(settings: GdalSettings): Promise<Gdal>;
}

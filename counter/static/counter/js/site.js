// What every staff page needs; each file is one small thing.
import "./glue.js";
import "./keys.js";
import "./scan.js";
import "./pin.js";
import "./hold.js";
import "./scale.js";
import "./signature.js";
import "./stones.js";
import "./net.js";

-- change.lua - staff save a visit, each time with the version that it has by
-- then.  Argument: a Lua file that returns visits { id, version }.

local here = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(here .. "report.lua")

local threads = 0
local plan, mine, at

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(args)
   plan = dofile(args[1])
   plan.headers["Content-Type"] = "application/json"
   mine, at = {}, 0
   for i, v in ipairs(plan.visits) do
      if i % 2 == number % 2 then
         mine[#mine + 1] = v
      end
   end
end

-- A visit's turn comes again long after its last answer.
function request()
   at = at % #mine + 1
   local v = mine[at]
   v[2] = v[2] + 1
   return wrk.format("PUT", "/api/appointments/" .. v[1], plan.headers,
      string.format('{"version":%d,"reason":"Knee pain, asked %d times"}', v[2] - 1, v[2]))
end

done = report

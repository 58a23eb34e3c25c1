-- requests.lua - sends the requests of a list, one after the other, over and
-- over.  Argument: a Lua file that returns the list.

local here = debug.getinfo(1, "S").source:match("@(.*/)")
dofile(here .. "report.lua")

local ready, at = {}, 0

function init(args)
   local list = dofile(args[1])
   for i, r in ipairs(list.requests) do
      ready[i] = wrk.format(r[1], r[2], list.headers, r[3])
   end
   at = math.random(#ready)
end

function request()
   at = at % #ready + 1
   return ready[at]
end

done = report

import { Converter, ReflectionKind } from 'typedoc';

/** A plugin of TypeDoc: leaves out how errors are made, for it is the client that makes them. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const isError = ({ name, extendedTypes = [] }) =>
      name === 'HoldfastError' || extendedTypes.some((type) => type.name === 'HoldfastError');
    for (const error of project.getReflectionsByKind(ReflectionKind.Class).filter(isError))
      for (const making of error.getChildrenByKind(ReflectionKind.Constructor)) project.removeReflection(making);
  });
}

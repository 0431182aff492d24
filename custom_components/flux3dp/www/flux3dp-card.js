var e1=globalThis,r1=e1.ShadowRoot&&(e1.ShadyCSS===void 0||e1.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,b1=Symbol(),e2=new WeakMap,U=class{constructor(C,H,L){if(this._$cssResult$=!0,L!==b1)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=C,this.t=H}get styleSheet(){let C=this.o,H=this.t;if(r1&&C===void 0){let L=H!==void 0&&H.length===1;L&&(C=e2.get(H)),C===void 0&&((this.o=C=new CSSStyleSheet).replaceSync(this.cssText),L&&e2.set(H,C))}return C}toString(){return this.cssText}},r2=V=>new U(typeof V=="string"?V:V+"",void 0,b1),I=(V,...C)=>{let H=V.length===1?V[0]:C.reduce((L,M,e)=>L+(r=>{if(r._$cssResult$===!0)return r.cssText;if(typeof r=="number")return r;throw Error("Value passed to 'css' function must be a 'css' function result: "+r+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(M)+V[e+1],V[0]);return new U(H,V,b1)},t2=(V,C)=>{if(r1)V.adoptedStyleSheets=C.map(H=>H instanceof CSSStyleSheet?H:H.styleSheet);else for(let H of C){let L=document.createElement("style"),M=e1.litNonce;M!==void 0&&L.setAttribute("nonce",M),L.textContent=H.cssText,V.appendChild(L)}},k1=r1?V=>V:V=>V instanceof CSSStyleSheet?(C=>{let H="";for(let L of C.cssRules)H+=L.cssText;return r2(H)})(V):V;var{is:K5,defineProperty:X5,getOwnPropertyDescriptor:Y5,getOwnPropertyNames:J5,getOwnPropertySymbols:C3,getPrototypeOf:H3}=Object,t1=globalThis,i2=t1.trustedTypes,V3=i2?i2.emptyScript:"",L3=t1.reactiveElementPolyfillSupport,G=(V,C)=>V,y1={toAttribute(V,C){switch(C){case Boolean:V=V?V3:null;break;case Object:case Array:V=V==null?V:JSON.stringify(V)}return V},fromAttribute(V,C){let H=V;switch(C){case Boolean:H=V!==null;break;case Number:H=V===null?null:Number(V);break;case Object:case Array:try{H=JSON.parse(V)}catch{H=null}}return H}},a2=(V,C)=>!K5(V,C),o2={attribute:!0,type:String,converter:y1,reflect:!1,useDefault:!1,hasChanged:a2};Symbol.metadata??=Symbol("metadata"),t1.litPropertyMetadata??=new WeakMap;var O=class extends HTMLElement{static addInitializer(C){this._$Ei(),(this.l??=[]).push(C)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(C,H=o2){if(H.state&&(H.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(C)&&((H=Object.create(H)).wrapped=!0),this.elementProperties.set(C,H),!H.noAccessor){let L=Symbol(),M=this.getPropertyDescriptor(C,L,H);M!==void 0&&X5(this.prototype,C,M)}}static getPropertyDescriptor(C,H,L){let{get:M,set:e}=Y5(this.prototype,C)??{get(){return this[H]},set(r){this[H]=r}};return{get:M,set(r){let t=M?.call(this);e?.call(this,r),this.requestUpdate(C,t,L)},configurable:!0,enumerable:!0}}static getPropertyOptions(C){return this.elementProperties.get(C)??o2}static _$Ei(){if(this.hasOwnProperty(G("elementProperties")))return;let C=H3(this);C.finalize(),C.l!==void 0&&(this.l=[...C.l]),this.elementProperties=new Map(C.elementProperties)}static finalize(){if(this.hasOwnProperty(G("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(G("properties"))){let H=this.properties,L=[...J5(H),...C3(H)];for(let M of L)this.createProperty(M,H[M])}let C=this[Symbol.metadata];if(C!==null){let H=litPropertyMetadata.get(C);if(H!==void 0)for(let[L,M]of H)this.elementProperties.set(L,M)}this._$Eh=new Map;for(let[H,L]of this.elementProperties){let M=this._$Eu(H,L);M!==void 0&&this._$Eh.set(M,H)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(C){let H=[];if(Array.isArray(C)){let L=new Set(C.flat(1/0).reverse());for(let M of L)H.unshift(k1(M))}else C!==void 0&&H.push(k1(C));return H}static _$Eu(C,H){let L=H.attribute;return L===!1?void 0:typeof L=="string"?L:typeof C=="string"?C.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(C=>this.enableUpdating=C),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(C=>C(this))}addController(C){(this._$EO??=new Set).add(C),this.renderRoot!==void 0&&this.isConnected&&C.hostConnected?.()}removeController(C){this._$EO?.delete(C)}_$E_(){let C=new Map,H=this.constructor.elementProperties;for(let L of H.keys())this.hasOwnProperty(L)&&(C.set(L,this[L]),delete this[L]);C.size>0&&(this._$Ep=C)}createRenderRoot(){let C=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return t2(C,this.constructor.elementStyles),C}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(C=>C.hostConnected?.())}enableUpdating(C){}disconnectedCallback(){this._$EO?.forEach(C=>C.hostDisconnected?.())}attributeChangedCallback(C,H,L){this._$AK(C,L)}_$ET(C,H){let L=this.constructor.elementProperties.get(C),M=this.constructor._$Eu(C,L);if(M!==void 0&&L.reflect===!0){let e=(L.converter?.toAttribute!==void 0?L.converter:y1).toAttribute(H,L.type);this._$Em=C,e==null?this.removeAttribute(M):this.setAttribute(M,e),this._$Em=null}}_$AK(C,H){let L=this.constructor,M=L._$Eh.get(C);if(M!==void 0&&this._$Em!==M){let e=L.getPropertyOptions(M),r=typeof e.converter=="function"?{fromAttribute:e.converter}:e.converter?.fromAttribute!==void 0?e.converter:y1;this._$Em=M;let t=r.fromAttribute(H,e.type);this[M]=t??this._$Ej?.get(M)??t,this._$Em=null}}requestUpdate(C,H,L,M=!1,e){if(C!==void 0){let r=this.constructor;if(M===!1&&(e=this[C]),L??=r.getPropertyOptions(C),!((L.hasChanged??a2)(e,H)||L.useDefault&&L.reflect&&e===this._$Ej?.get(C)&&!this.hasAttribute(r._$Eu(C,L))))return;this.C(C,H,L)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(C,H,{useDefault:L,reflect:M,wrapped:e},r){L&&!(this._$Ej??=new Map).has(C)&&(this._$Ej.set(C,r??H??this[C]),e!==!0||r!==void 0)||(this._$AL.has(C)||(this.hasUpdated||L||(H=void 0),this._$AL.set(C,H)),M===!0&&this._$Em!==C&&(this._$Eq??=new Set).add(C))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(H){Promise.reject(H)}let C=this.scheduleUpdate();return C!=null&&await C,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[M,e]of this._$Ep)this[M]=e;this._$Ep=void 0}let L=this.constructor.elementProperties;if(L.size>0)for(let[M,e]of L){let{wrapped:r}=e,t=this[M];r!==!0||this._$AL.has(M)||t===void 0||this.C(M,void 0,e,t)}}let C=!1,H=this._$AL;try{C=this.shouldUpdate(H),C?(this.willUpdate(H),this._$EO?.forEach(L=>L.hostUpdate?.()),this.update(H)):this._$EM()}catch(L){throw C=!1,this._$EM(),L}C&&this._$AE(H)}willUpdate(C){}_$AE(C){this._$EO?.forEach(H=>H.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(C)),this.updated(C)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(C){return!0}update(C){this._$Eq&&=this._$Eq.forEach(H=>this._$ET(H,this[H])),this._$EM()}updated(C){}firstUpdated(C){}};O.elementStyles=[],O.shadowRootOptions={mode:"open"},O[G("elementProperties")]=new Map,O[G("finalized")]=new Map,L3?.({ReactiveElement:O}),(t1.reactiveElementVersions??=[]).push("2.1.2");var _1=globalThis,A2=V=>V,i1=_1.trustedTypes,n2=i1?i1.createPolicy("lit-html",{createHTML:V=>V}):void 0,B1="$lit$",b=`lit$${Math.random().toFixed(9).slice(2)}$`,P1="?"+b,M3=`<${P1}>`,P=document,j=()=>P.createComment(""),q=V=>V===null||typeof V!="object"&&typeof V!="function",T1=Array.isArray,x2=V=>T1(V)||typeof V?.[Symbol.iterator]=="function",w1=`[ 	
\f\r]`,Q=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,d2=/-->/g,p2=/>/g,_=RegExp(`>|${w1}(?:([^\\s"'>=/]+)(${w1}*=${w1}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),m2=/'/g,l2=/"/g,s2=/^(?:script|style|textarea|title)$/i,F1=V=>(C,...H)=>({_$litType$:V,strings:C,values:H}),o=F1(1),l0=F1(2),v0=F1(3),h=Symbol.for("lit-noChange"),A=Symbol.for("lit-nothing"),v2=new WeakMap,B=P.createTreeWalker(P,129);function u2(V,C){if(!T1(V)||!V.hasOwnProperty("raw"))throw Error("invalid template strings array");return n2!==void 0?n2.createHTML(C):C}var Z2=(V,C)=>{let H=V.length-1,L=[],M,e=C===2?"<svg>":C===3?"<math>":"",r=Q;for(let t=0;t<H;t++){let i=V[t],n,a,d=-1,p=0;for(;p<i.length&&(r.lastIndex=p,a=r.exec(i),a!==null);)p=r.lastIndex,r===Q?a[1]==="!--"?r=d2:a[1]!==void 0?r=p2:a[2]!==void 0?(s2.test(a[2])&&(M=RegExp("</"+a[2],"g")),r=_):a[3]!==void 0&&(r=_):r===_?a[0]===">"?(r=M??Q,d=-1):a[1]===void 0?d=-2:(d=r.lastIndex-a[2].length,n=a[1],r=a[3]===void 0?_:a[3]==='"'?l2:m2):r===l2||r===m2?r=_:r===d2||r===p2?r=Q:(r=_,M=void 0);let m=r===_&&V[t+1].startsWith("/>")?" ":"";e+=r===Q?i+M3:d>=0?(L.push(n),i.slice(0,d)+B1+i.slice(d)+b+m):i+b+(d===-2?t:m)}return[u2(V,e+(V[H]||"<?>")+(C===2?"</svg>":C===3?"</math>":"")),L]},K=class V{constructor({strings:C,_$litType$:H},L){let M;this.parts=[];let e=0,r=0,t=C.length-1,i=this.parts,[n,a]=Z2(C,H);if(this.el=V.createElement(n,L),B.currentNode=this.el.content,H===2||H===3){let d=this.el.content.firstChild;d.replaceWith(...d.childNodes)}for(;(M=B.nextNode())!==null&&i.length<t;){if(M.nodeType===1){if(M.hasAttributes())for(let d of M.getAttributeNames())if(d.endsWith(B1)){let p=a[r++],m=M.getAttribute(d).split(b),l=/([.?@])?(.*)/.exec(p);i.push({type:1,index:e,name:l[2],strings:m,ctor:l[1]==="."?a1:l[1]==="?"?A1:l[1]==="@"?n1:F}),M.removeAttribute(d)}else d.startsWith(b)&&(i.push({type:6,index:e}),M.removeAttribute(d));if(s2.test(M.tagName)){let d=M.textContent.split(b),p=d.length-1;if(p>0){M.textContent=i1?i1.emptyScript:"";for(let m=0;m<p;m++)M.append(d[m],j()),B.nextNode(),i.push({type:2,index:++e});M.append(d[p],j())}}}else if(M.nodeType===8)if(M.data===P1)i.push({type:2,index:e});else{let d=-1;for(;(d=M.data.indexOf(b,d+1))!==-1;)i.push({type:7,index:e}),d+=b.length-1}e++}}static createElement(C,H){let L=P.createElement("template");return L.innerHTML=C,L}};function T(V,C,H=V,L){if(C===h)return C;let M=L!==void 0?H._$Co?.[L]:H._$Cl,e=q(C)?void 0:C._$litDirective$;return M?.constructor!==e&&(M?._$AO?.(!1),e===void 0?M=void 0:(M=new e(V),M._$AT(V,H,L)),L!==void 0?(H._$Co??=[])[L]=M:H._$Cl=M),M!==void 0&&(C=T(V,M._$AS(V,C.values),M,L)),C}var o1=class{constructor(C,H){this._$AV=[],this._$AN=void 0,this._$AD=C,this._$AM=H}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(C){let{el:{content:H},parts:L}=this._$AD,M=(C?.creationScope??P).importNode(H,!0);B.currentNode=M;let e=B.nextNode(),r=0,t=0,i=L[0];for(;i!==void 0;){if(r===i.index){let n;i.type===2?n=new z(e,e.nextSibling,this,C):i.type===1?n=new i.ctor(e,i.name,i.strings,this,C):i.type===6&&(n=new d1(e,this,C)),this._$AV.push(n),i=L[++t]}r!==i?.index&&(e=B.nextNode(),r++)}return B.currentNode=P,M}p(C){let H=0;for(let L of this._$AV)L!==void 0&&(L.strings!==void 0?(L._$AI(C,L,H),H+=L.strings.length-2):L._$AI(C[H])),H++}},z=class V{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(C,H,L,M){this.type=2,this._$AH=A,this._$AN=void 0,this._$AA=C,this._$AB=H,this._$AM=L,this.options=M,this._$Cv=M?.isConnected??!0}get parentNode(){let C=this._$AA.parentNode,H=this._$AM;return H!==void 0&&C?.nodeType===11&&(C=H.parentNode),C}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(C,H=this){C=T(this,C,H),q(C)?C===A||C==null||C===""?(this._$AH!==A&&this._$AR(),this._$AH=A):C!==this._$AH&&C!==h&&this._(C):C._$litType$!==void 0?this.$(C):C.nodeType!==void 0?this.T(C):x2(C)?this.k(C):this._(C)}O(C){return this._$AA.parentNode.insertBefore(C,this._$AB)}T(C){this._$AH!==C&&(this._$AR(),this._$AH=this.O(C))}_(C){this._$AH!==A&&q(this._$AH)?this._$AA.nextSibling.data=C:this.T(P.createTextNode(C)),this._$AH=C}$(C){let{values:H,_$litType$:L}=C,M=typeof L=="number"?this._$AC(C):(L.el===void 0&&(L.el=K.createElement(u2(L.h,L.h[0]),this.options)),L);if(this._$AH?._$AD===M)this._$AH.p(H);else{let e=new o1(M,this),r=e.u(this.options);e.p(H),this.T(r),this._$AH=e}}_$AC(C){let H=v2.get(C.strings);return H===void 0&&v2.set(C.strings,H=new K(C)),H}k(C){T1(this._$AH)||(this._$AH=[],this._$AR());let H=this._$AH,L,M=0;for(let e of C)M===H.length?H.push(L=new V(this.O(j()),this.O(j()),this,this.options)):L=H[M],L._$AI(e),M++;M<H.length&&(this._$AR(L&&L._$AB.nextSibling,M),H.length=M)}_$AR(C=this._$AA.nextSibling,H){for(this._$AP?.(!1,!0,H);C!==this._$AB;){let L=A2(C).nextSibling;A2(C).remove(),C=L}}setConnected(C){this._$AM===void 0&&(this._$Cv=C,this._$AP?.(C))}},F=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(C,H,L,M,e){this.type=1,this._$AH=A,this._$AN=void 0,this.element=C,this.name=H,this._$AM=M,this.options=e,L.length>2||L[0]!==""||L[1]!==""?(this._$AH=Array(L.length-1).fill(new String),this.strings=L):this._$AH=A}_$AI(C,H=this,L,M){let e=this.strings,r=!1;if(e===void 0)C=T(this,C,H,0),r=!q(C)||C!==this._$AH&&C!==h,r&&(this._$AH=C);else{let t=C,i,n;for(C=e[0],i=0;i<e.length-1;i++)n=T(this,t[L+i],H,i),n===h&&(n=this._$AH[i]),r||=!q(n)||n!==this._$AH[i],n===A?C=A:C!==A&&(C+=(n??"")+e[i+1]),this._$AH[i]=n}r&&!M&&this.j(C)}j(C){C===A?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,C??"")}},a1=class extends F{constructor(){super(...arguments),this.type=3}j(C){this.element[this.name]=C===A?void 0:C}},A1=class extends F{constructor(){super(...arguments),this.type=4}j(C){this.element.toggleAttribute(this.name,!!C&&C!==A)}},n1=class extends F{constructor(C,H,L,M,e){super(C,H,L,M,e),this.type=5}_$AI(C,H=this){if((C=T(this,C,H,0)??A)===h)return;let L=this._$AH,M=C===A&&L!==A||C.capture!==L.capture||C.once!==L.once||C.passive!==L.passive,e=C!==A&&(L===A||M);M&&this.element.removeEventListener(this.name,this,L),e&&this.element.addEventListener(this.name,this,C),this._$AH=C}handleEvent(C){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,C):this._$AH.handleEvent(C)}},d1=class{constructor(C,H,L){this.element=C,this.type=6,this._$AN=void 0,this._$AM=H,this.options=L}get _$AU(){return this._$AM._$AU}_$AI(C){T(this,C)}},c2={M:B1,P:b,A:P1,C:1,L:Z2,R:o1,D:x2,V:T,I:z,H:F,N:A1,U:n1,B:a1,F:d1},e3=_1.litHtmlPolyfillSupport;e3?.(K,z),(_1.litHtmlVersions??=[]).push("3.3.3");var S2=(V,C,H)=>{let L=H?.renderBefore??C,M=L._$litPart$;if(M===void 0){let e=H?.renderBefore??null;L._$litPart$=M=new z(C.insertBefore(j(),e),e,void 0,H??{})}return M._$AI(V),M};var R1=globalThis,w=class extends O{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let C=super.createRenderRoot();return this.renderOptions.renderBefore??=C.firstChild,C}update(C){let H=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(C),this._$Do=S2(H,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return h}};w._$litElement$=!0,w.finalized=!0,R1.litElementHydrateSupport?.({LitElement:w});var r3=R1.litElementPolyfillSupport;r3?.({LitElement:w});(R1.litElementVersions??=[]).push("4.2.2");var{I:w0}=c2;var p1=V=>V.strings===void 0;var t3={},h2=(V,C=t3)=>V._$AH=C;var k={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},X=V=>(...C)=>({_$litDirective$:V,values:C}),$=class{constructor(C){}get _$AU(){return this._$AM._$AU}_$AT(C,H,L){this._$Ct=C,this._$AM=H,this._$Ci=L}_$AS(C,H){return this.update(C,H)}update(C,H){return this.render(...H)}};var Y=(V,C)=>{let H=V._$AN;if(H===void 0)return!1;for(let L of H)L._$AO?.(C,!1),Y(L,C);return!0},m1=V=>{let C,H;do{if((C=V._$AM)===void 0)break;H=C._$AN,H.delete(V),V=C}while(H?.size===0)},f2=V=>{for(let C;C=V._$AM;V=C){let H=C._$AN;if(H===void 0)C._$AN=H=new Set;else if(H.has(V))break;H.add(V),a3(C)}};function i3(V){this._$AN!==void 0?(m1(this),this._$AM=V,f2(this)):this._$AM=V}function o3(V,C=!1,H=0){let L=this._$AH,M=this._$AN;if(M!==void 0&&M.size!==0)if(C)if(Array.isArray(L))for(let e=H;e<L.length;e++)Y(L[e],!1),m1(L[e]);else L!=null&&(Y(L,!1),m1(L));else Y(this,V)}var a3=V=>{V.type==k.CHILD&&(V._$AP??=o3,V._$AQ??=i3)},l1=class extends ${constructor(){super(...arguments),this._$AN=void 0}_$AT(C,H,L){super._$AT(C,H,L),f2(this),this.isConnected=C._$AU}_$AO(C,H=!0){C!==this.isConnected&&(this.isConnected=C,C?this.reconnected?.():this.disconnected?.()),H&&(Y(this,C),m1(this))}setValue(C){if(p1(this._$Ct))this._$Ct._$AI(C,this);else{let H=[...this._$Ct._$AH];H[this._$Ci]=C,this._$Ct._$AI(H,this,0)}}disconnected(){}reconnected(){}};var D1=new WeakMap,g2=X(class extends l1{render(V){return A}update(V,[C]){let H=C!==this.G;return H&&this.rt(void 0),(H||this.lt!==this.ct)&&(this.G=C,this.ht=V.options?.host,this.rt(this.ct=V.element)),A}rt(V){if(this.G!==void 0)if(this.isConnected||(V=void 0),typeof this.G=="function"){let C=this.ht??globalThis,H=D1.get(C);H===void 0&&(H=new WeakMap,D1.set(C,H)),H.get(this.G)!==void 0&&this.G.call(this.ht,void 0),H.set(this.G,V),V!==void 0&&this.G.call(this.ht,V)}else this.G.value=V}get lt(){return typeof this.G=="function"?D1.get(this.ht??globalThis)?.get(this.G):this.G?.value}disconnected(){this.lt===this.ct&&this.rt(void 0)}reconnected(){this.rt(this.ct)}});var s="flux3dp";function O2(V,C){let H=V.entities[C];return H?.platform===s?H:void 0}function b2(V,C){let H={};if(!C)return H;for(let L of Object.values(V.entities))L.device_id!==C||L.platform!==s||!L.translation_key||(H[`${L.entity_id.split(".",1)[0]}.${L.translation_key}`]=L.entity_id);return H}var k2={card_name:"FLUX-Gerät",card_description:"Was ein FLUX-Drucker oder -Laser macht, wie weit er ist, was nicht stimmt und was hilft.",dashboard_name:"FLUX-Geräte",dashboard_description:"Die Karte jedes FLUX-Geräts. Geräte, die später dazukommen, erscheinen von selbst.",choose_device:"Wähle ein Gerät",device_gone:"Dieses Gerät gibt es nicht mehr",invalid_option:"Der Wert von {option} ist ungültig.",no_status:"Unbekannt",left:"Noch {time}",done_at:"Ende: {time}",took:"Dauer: {time}",in_use:"Von einem anderen Programm verwendet",in_use_by:"Verwendet von {program}",free:"Gerät freigeben",free_question:"Dieses Gerät freigeben?",free_text:"Das trennt das Programm oder die Person, die {name} verwendet, vom Gerät. Deren Arbeit geht verloren.",unverified:"Identität nicht überprüft",unverified_text:"Home Assistant konnte dieses Gerät nicht bei FLUX prüfen und stellt nur sicher, dass sein Schlüssel noch der ist, den du akzeptiert hast.",no_toolhead:"Kein Werkzeugkopf",progress:"Fortschritt",live_picture:"Live-Bild von {name}",job_picture:"Bild des Auftrags",show_camera:"Kamera anzeigen",show_job_picture:"Bild des Auftrags anzeigen",waiting_for_picture:"Warten auf die Kamera",cancel_question:"Diesen Auftrag abbrechen?",cancel_text:"Ein abgebrochener Auftrag kann nicht fortgesetzt werden.",cancel_no:"Auftrag behalten",power_question:"Während eines Auftrags ausschalten?",power_text:"{name} hat einen aktiven Auftrag. Ohne Strom ist er verloren.",power_no:"Eingeschaltet lassen",power_yes:"Ausschalten",not_allowed:"Dein Benutzer darf dieses Gerät ansehen, aber nicht bedienen. Wende dich an einen Administrator.",close:"Schließen",print_file:"Datei drucken",run_file:"Datei ausführen",recent:"Zuletzt",memory_card:"Speicherkarte",files_loading:"Die Dateien von {name} werden gelesen …",files_slow:"{name} antwortet langsam …",folder_empty:"Hier sind keine Auftragsdateien.",recent_empty:"{name} hat noch keinen Auftrag ausgeführt.",usb_empty:"Kein USB-Stick, oder keine Auftragsdatei darauf.",last_job:"Letzter Auftrag",start:"Starten",starting:"Wird gestartet …",repeat:"Letzten Auftrag wiederholen",back:"Zurück",upload:"Datei hochladen",upload_to:"{file} wird auf {name} übertragen und geprüft.",uploading:"Wird hochgeladen",upload_cancel:"Hochladen abbrechen",drop:"Eine Auftragsdatei (.fc) für {name} hier ablegen",unreachable:"Die Verbindung zu Home Assistant wurde unterbrochen. Versuche es noch einmal.",replace_question:"Datei ersetzen?",replace_text:"Auf {name} gibt es schon eine Datei {file}.",replace_no:"Alte Datei behalten",replace_yes:"Ersetzen",replace_admin:"Auf {name} gibt es schon eine Datei {file}. Bitte einen Administrator, sie zu ersetzen, oder benenne deine um.",laser_question:"Laser starten?",laser_text:"{name} führt {job} aus. Ein Laser kann einen Brand auslösen: Bleib bei der Maschine, bis der Auftrag beendet ist.",laser_no:"Nicht starten",filament:"Filament",duration:"Dauer",file:"Datei",try_again:"Noch einmal versuchen",not_ready:"Das geht nur, solange {name} im Leerlauf ist. Status jetzt: {status}.",one_file:"Wähle immer nur eine Datei.",maintenance:"Wartung",settings:"Einstellungen",home_text:"Fährt den Werkzeugkopf in die Grundstellung.",calibrate_text:"Nivelliert die Platte. Dauert Minuten.",load_text:"Heizt die Düse und zieht Filament ein.",unload_text:"Heizt die Düse und schiebt Filament heraus.",calibrate_ask:"Die Düse berührt die Platte an mehreren Punkten. Räume die Platte ab und wische Filament von der Düse.",heat_ask:"Die Düse wird heiß. Gib die Temperatur ein, die das Filament braucht.",flexible:"Flexibles Filament",load_hint:"Schiebe Filament in den Werkzeugkopf. Wenn es aus der Düse kommt, drücke hier „Fertig“ oder den Knopf am Gerät.",done:"Fertig",stop:"Anhalten",calibrating_point:"Wird kalibriert, Punkt {point}",nozzle_hot:"Die Düse ist heiß",loaded:"Das Laden ist beendet. Wenn Filament aus der Düse kommt, setze den Auftrag fort.",device:"Gerät",layout:"Layout",layout_full:"Alles",layout_compact:"Eine Zeile",camera:"Andere Kamera",camera_help:"Wird anstelle der Kamera des Geräts angezeigt.",power:"Stromschalter",power_help:"Ein Schalter oder eine Steckdose, über die das Gerät Strom bekommt. Vor dem Ausschalten während eines Auftrags wird gefragt.",power_sensor:"Leistungssensor",hide:"Weglassen",part_picture:"Bild",part_job:"Auftragsname",part_progress:"Fortschritt",part_times:"Zeiten",part_temperature:"Temperatur",part_toolhead:"Werkzeugkopf",part_buttons:"Schaltflächen",part_files:"Datei drucken",part_maintenance:"Wartung"};var E1={card_name:"FLUX device",card_description:"What a FLUX printer or laser does, how far it is, what is wrong and what helps.",dashboard_name:"FLUX devices",dashboard_description:"The card of every FLUX device. Devices that are added later appear by themselves.",choose_device:"Choose a device",device_gone:"This device no longer exists",invalid_option:"The value of {option} is not valid.",no_status:"Unknown",left:"{time} left",done_at:"Ends {time}",took:"Took {time}",in_use:"In use by another program",in_use_by:"In use by {program}",free:"Free device",free_question:"Free this device?",free_text:"This disconnects the program or person that uses {name}. What they are doing is lost.",unverified:"Identity not verified",unverified_text:"Home Assistant could not verify that FLUX signed the key of this device, and only makes sure that it is still the key you accepted.",no_toolhead:"No toolhead",progress:"Progress",live_picture:"Live picture of {name}",job_picture:"Picture of the job",show_camera:"Show the camera",show_job_picture:"Show the picture of the job",waiting_for_picture:"Waiting for the camera",cancel_question:"Cancel this job?",cancel_text:"A canceled job cannot be resumed.",cancel_no:"Keep the job",power_question:"Switch off during a job?",power_text:"{name} has an active job. Without power it is lost.",power_no:"Leave it on",power_yes:"Switch off",not_allowed:"Your user may look but not control this device. Ask an administrator.",close:"Close",print_file:"Print a file",run_file:"Run a file",recent:"Recent",memory_card:"Memory card",files_loading:"Reading the files of {name}…",files_slow:"{name} is slow to answer…",folder_empty:"There are no job files here.",recent_empty:"{name} has not run a job yet.",usb_empty:"There is no USB stick, or no job file on it.",last_job:"Last job",start:"Start",starting:"Starting…",repeat:"Repeat last job",back:"Back",upload:"Upload a file",upload_to:"{file} is sent to {name} and checked.",uploading:"Uploading",upload_cancel:"Cancel upload",drop:"Drop a job file (.fc) for {name}",unreachable:"The connection to Home Assistant was interrupted. Try again.",replace_question:"Replace the file?",replace_text:"{name} already has a file called {file}.",replace_no:"Keep the old file",replace_yes:"Replace",replace_admin:"{name} already has a file called {file}. Ask an administrator to replace it, or rename yours.",laser_question:"Start the laser?",laser_text:"{name} will run {job}. A laser can start a fire: stay with the machine until the job has ended.",laser_no:"Do not start",filament:"Filament",duration:"Duration",file:"File",try_again:"Try again",not_ready:"This is possible only while {name} is idle. Its status now: {status}.",one_file:"Choose one file at a time.",maintenance:"Maintenance",settings:"Settings",home_text:"Moves the toolhead to its home position.",calibrate_text:"Levels the plate. Takes minutes.",load_text:"Heats the nozzle and draws filament in.",unload_text:"Heats the nozzle and pushes filament out.",calibrate_ask:"The nozzle touches the plate at several points. Remove everything from the plate, and wipe filament off the nozzle.",heat_ask:"The nozzle gets hot. Enter the temperature that the filament needs.",flexible:"Flexible filament",load_hint:"Push filament into the toolhead. When it comes out of the nozzle, press Done here or the button on the device.",done:"Done",stop:"Stop",calibrating_point:"Calibrating, point {point}",nozzle_hot:"The nozzle is hot",loaded:"Loading has ended. If filament comes out of the nozzle, resume the job.",device:"Device",layout:"Layout",layout_full:"Everything",layout_compact:"One row",camera:"Another camera",camera_help:"Shown in place of the camera of the device.",power:"Power switch",power_help:"A switch or plug that powers the device. Switching it off asks first during a job.",power_sensor:"Power sensor",hide:"Leave out",part_picture:"Picture",part_job:"Job name",part_progress:"Progress",part_times:"Times",part_temperature:"Temperature",part_toolhead:"Toolhead",part_buttons:"Buttons",part_files:"Print a file",part_maintenance:"Maintenance"};var y2={card_name:"Dispositivo FLUX",card_description:"Qué hace una impresora o un láser FLUX, cuánto lleva, qué falla y qué ayuda.",dashboard_name:"Dispositivos FLUX",dashboard_description:"La tarjeta de cada dispositivo FLUX. Los que se añadan más tarde aparecen solos.",choose_device:"Elige un dispositivo",device_gone:"Este dispositivo ya no existe",invalid_option:"El valor de {option} no es válido.",no_status:"Desconocido",left:"Quedan {time}",done_at:"Termina: {time}",took:"Duración: {time}",in_use:"En uso por otro programa",in_use_by:"En uso por {program}",free:"Liberar dispositivo",free_question:"¿Liberar este dispositivo?",free_text:"Esto desconecta al programa o a la persona que usa {name}. Se pierde lo que esté haciendo.",unverified:"Identidad sin verificar",unverified_text:"Home Assistant no pudo comprobar este dispositivo con FLUX y solo se asegura de que su clave siga siendo la que aceptaste.",no_toolhead:"Sin cabezal",progress:"Progreso",live_picture:"Imagen en directo de {name}",job_picture:"Imagen del trabajo",show_camera:"Mostrar la cámara",show_job_picture:"Mostrar la imagen del trabajo",waiting_for_picture:"Esperando a la cámara",cancel_question:"¿Cancelar este trabajo?",cancel_text:"Un trabajo cancelado no se puede reanudar.",cancel_no:"Conservar el trabajo",power_question:"¿Apagar durante un trabajo?",power_text:"{name} tiene un trabajo activo. Sin corriente se pierde.",power_no:"Dejar encendido",power_yes:"Apagar",not_allowed:"Tu usuario puede ver este dispositivo, pero no controlarlo. Pídeselo a un administrador.",close:"Cerrar",print_file:"Imprimir un archivo",run_file:"Ejecutar un archivo",recent:"Recientes",memory_card:"Tarjeta de memoria",files_loading:"Leyendo los archivos de {name}…",files_slow:"{name} tarda en responder…",folder_empty:"Aquí no hay archivos de trabajo.",recent_empty:"{name} aún no ha ejecutado ningún trabajo.",usb_empty:"No hay memoria USB, o no contiene archivos de trabajo.",last_job:"Último trabajo",start:"Iniciar",starting:"Iniciando…",repeat:"Repetir el último trabajo",back:"Atrás",upload:"Subir un archivo",upload_to:"{file} se transfiere a {name} y se comprueba.",uploading:"Subiendo",upload_cancel:"Cancelar la subida",drop:"Suelta un archivo de trabajo (.fc) para {name}",unreachable:"Se interrumpió la conexión con Home Assistant. Inténtalo de nuevo.",replace_question:"¿Reemplazar el archivo?",replace_text:"{name} ya tiene un archivo llamado {file}.",replace_no:"Conservar el anterior",replace_yes:"Reemplazar",replace_admin:"{name} ya tiene un archivo llamado {file}. Pide a un administrador que lo reemplace, o cambia el nombre del tuyo.",laser_question:"¿Iniciar el láser?",laser_text:"{name} ejecutará {job}. Un láser puede provocar un incendio: quédate junto a la máquina hasta que termine el trabajo.",laser_no:"No iniciar",filament:"Filamento",duration:"Duración",file:"Archivo",try_again:"Reintentar",not_ready:"Solo es posible mientras {name} está inactivo. Estado actual: {status}.",one_file:"Elige un solo archivo cada vez.",maintenance:"Mantenimiento",settings:"Ajustes",home_text:"Lleva el cabezal a su posición de origen.",calibrate_text:"Nivela la placa. Tarda minutos.",load_text:"Calienta la boquilla e introduce filamento.",unload_text:"Calienta la boquilla y expulsa el filamento.",calibrate_ask:"La boquilla toca la placa en varios puntos. Retira todo de la placa y limpia el filamento de la boquilla.",heat_ask:"La boquilla se calienta. Introduce la temperatura que necesita el filamento.",flexible:"Filamento flexible",load_hint:"Introduce filamento en el cabezal. Cuando salga por la boquilla, pulsa Listo aquí o el botón del dispositivo.",done:"Listo",stop:"Detener",calibrating_point:"Calibrando, punto {point}",nozzle_hot:"La boquilla está caliente",loaded:"La carga ha terminado. Si sale filamento por la boquilla, reanuda el trabajo.",device:"Dispositivo",layout:"Diseño",layout_full:"Todo",layout_compact:"Una fila",camera:"Otra cámara",camera_help:"Se muestra en lugar de la cámara del dispositivo.",power:"Interruptor de corriente",power_help:"Un interruptor o enchufe que alimenta el dispositivo. Durante un trabajo, pregunta antes de apagarlo.",power_sensor:"Sensor de potencia",hide:"Omitir",part_picture:"Imagen",part_job:"Nombre del trabajo",part_progress:"Progreso",part_times:"Tiempos",part_temperature:"Temperatura",part_toolhead:"Cabezal",part_buttons:"Botones",part_files:"Imprimir un archivo",part_maintenance:"Mantenimiento"};var w2={card_name:"Appareil FLUX",card_description:"Ce que fait une imprimante ou un laser FLUX, où il en est, ce qui ne va pas et ce qui aide.",dashboard_name:"Appareils FLUX",dashboard_description:"La carte de chaque appareil FLUX. Ceux ajoutés plus tard apparaissent d'eux-mêmes.",choose_device:"Choisissez un appareil",device_gone:"Cet appareil n'existe plus",invalid_option:"La valeur de {option} n'est pas valide.",no_status:"Inconnu",left:"Encore {time}",done_at:"Fin : {time}",took:"Durée : {time}",in_use:"Utilisé par un autre programme",in_use_by:"Utilisé par {program}",free:"Libérer l'appareil",free_question:"Libérer cet appareil ?",free_text:"Cela déconnecte le programme ou la personne qui utilise {name}. Son travail est perdu.",unverified:"Identité non vérifiée",unverified_text:"Home Assistant n'a pas pu vérifier cet appareil auprès de FLUX et s'assure seulement que sa clé est toujours celle que vous avez acceptée.",no_toolhead:"Pas de tête d'outil",progress:"Avancement",live_picture:"Image en direct de {name}",job_picture:"Image de la tâche",show_camera:"Afficher la caméra",show_job_picture:"Afficher l'image de la tâche",waiting_for_picture:"En attente de la caméra",cancel_question:"Annuler cette tâche ?",cancel_text:"Une tâche annulée ne peut pas être reprise.",cancel_no:"Garder la tâche",power_question:"Éteindre pendant une tâche ?",power_text:"{name} a une tâche active. Sans courant, elle est perdue.",power_no:"Laisser allumé",power_yes:"Éteindre",not_allowed:"Votre utilisateur peut voir cet appareil, mais pas le contrôler. Adressez-vous à un administrateur.",close:"Fermer",print_file:"Imprimer un fichier",run_file:"Exécuter un fichier",recent:"Récents",memory_card:"Carte mémoire",files_loading:"Lecture des fichiers de {name}…",files_slow:"{name} est lent à répondre…",folder_empty:"Il n'y a pas de fichier de tâche ici.",recent_empty:"{name} n'a encore exécuté aucune tâche.",usb_empty:"Pas de clé USB, ou aucun fichier de tâche dessus.",last_job:"Dernière tâche",start:"Démarrer",starting:"Démarrage…",repeat:"Répéter la dernière tâche",back:"Retour",upload:"Téléverser un fichier",upload_to:"{file} est transféré vers {name} et vérifié.",uploading:"Téléversement",upload_cancel:"Annuler le téléversement",drop:"Déposez un fichier de tâche (.fc) pour {name}",unreachable:"La connexion à Home Assistant a été interrompue. Réessayez.",replace_question:"Remplacer le fichier ?",replace_text:"{name} a déjà un fichier nommé {file}.",replace_no:"Garder l'ancien",replace_yes:"Remplacer",replace_admin:"{name} a déjà un fichier nommé {file}. Demandez à un administrateur de le remplacer, ou renommez le vôtre.",laser_question:"Démarrer le laser ?",laser_text:"{name} va exécuter {job}. Un laser peut provoquer un incendie : restez près de la machine jusqu'à la fin de la tâche.",laser_no:"Ne pas démarrer",filament:"Filament",duration:"Durée",file:"Fichier",try_again:"Réessayer",not_ready:"Possible seulement quand {name} est au repos. État actuel : {status}.",one_file:"Choisissez un seul fichier à la fois.",maintenance:"Maintenance",settings:"Paramètres",home_text:"Amène la tête d'outil à sa position d'origine.",calibrate_text:"Met le plateau à niveau. Prend des minutes.",load_text:"Chauffe la buse et fait entrer du filament.",unload_text:"Chauffe la buse et fait sortir le filament.",calibrate_ask:"La buse touche le plateau en plusieurs points. Videz le plateau et essuyez le filament de la buse.",heat_ask:"La buse va chauffer. Saisissez la température dont le filament a besoin.",flexible:"Filament souple",load_hint:"Poussez du filament dans la tête d'outil. Quand il sort de la buse, appuyez ici sur Terminé ou sur le bouton de l'appareil.",done:"Terminé",stop:"Arrêter",calibrating_point:"Étalonnage, point {point}",nozzle_hot:"La buse est chaude",loaded:"Le chargement est terminé. Si du filament sort de la buse, reprenez la tâche.",device:"Appareil",layout:"Disposition",layout_full:"Tout",layout_compact:"Une ligne",camera:"Autre caméra",camera_help:"Affichée à la place de la caméra de l'appareil.",power:"Interrupteur d'alimentation",power_help:"Un interrupteur ou une prise qui alimente l'appareil. Pendant une tâche, une confirmation est demandée avant d'éteindre.",power_sensor:"Capteur de puissance",hide:"Masquer",part_picture:"Image",part_job:"Nom de la tâche",part_progress:"Avancement",part_times:"Durées",part_temperature:"Température",part_toolhead:"Tête d'outil",part_buttons:"Boutons",part_files:"Imprimer un fichier",part_maintenance:"Maintenance"};var _2={card_name:"Dispositivo FLUX",card_description:"Cosa fa una stampante o un laser FLUX, a che punto è, cosa non va e cosa aiuta.",dashboard_name:"Dispositivi FLUX",dashboard_description:"La scheda di ogni dispositivo FLUX. Quelli aggiunti in seguito compaiono da soli.",choose_device:"Scegli un dispositivo",device_gone:"Questo dispositivo non esiste più",invalid_option:"Il valore di {option} non è valido.",no_status:"Sconosciuto",left:"Ancora {time}",done_at:"Fine: {time}",took:"Durata: {time}",in_use:"In uso da un altro programma",in_use_by:"In uso da {program}",free:"Libera dispositivo",free_question:"Liberare questo dispositivo?",free_text:"Questo disconnette il programma o la persona che usa {name}. Il suo lavoro va perso.",unverified:"Identità non verificata",unverified_text:"Home Assistant non ha potuto verificare questo dispositivo presso FLUX e controlla solo che la sua chiave sia ancora quella che hai accettato.",no_toolhead:"Nessuna testina",progress:"Avanzamento",live_picture:"Immagine dal vivo di {name}",job_picture:"Immagine del lavoro",show_camera:"Mostra la telecamera",show_job_picture:"Mostra l'immagine del lavoro",waiting_for_picture:"In attesa della telecamera",cancel_question:"Annullare questo lavoro?",cancel_text:"Un lavoro annullato non può essere ripreso.",cancel_no:"Mantieni il lavoro",power_question:"Spegnere durante un lavoro?",power_text:"{name} ha un lavoro attivo. Senza corrente va perso.",power_no:"Lascia acceso",power_yes:"Spegni",not_allowed:"Il tuo utente può vedere questo dispositivo, ma non controllarlo. Rivolgiti a un amministratore.",close:"Chiudi",print_file:"Stampa un file",run_file:"Esegui un file",recent:"Recenti",memory_card:"Scheda di memoria",files_loading:"Lettura dei file di {name}…",files_slow:"{name} risponde lentamente…",folder_empty:"Qui non ci sono file di lavoro.",recent_empty:"{name} non ha ancora eseguito alcun lavoro.",usb_empty:"Nessuna chiavetta USB, o nessun file di lavoro su di essa.",last_job:"Ultimo lavoro",start:"Avvia",starting:"Avvio…",repeat:"Ripeti ultimo lavoro",back:"Indietro",upload:"Carica un file",upload_to:"{file} viene trasferito su {name} e verificato.",uploading:"Caricamento",upload_cancel:"Annulla il caricamento",drop:"Rilascia un file di lavoro (.fc) per {name}",unreachable:"La connessione a Home Assistant è stata interrotta. Riprova.",replace_question:"Sostituire il file?",replace_text:"{name} ha già un file chiamato {file}.",replace_no:"Tieni il vecchio file",replace_yes:"Sostituisci",replace_admin:"{name} ha già un file chiamato {file}. Chiedi a un amministratore di sostituirlo, o rinomina il tuo.",laser_question:"Avviare il laser?",laser_text:"{name} eseguirà {job}. Un laser può provocare un incendio: resta vicino alla macchina fino alla fine del lavoro.",laser_no:"Non avviare",filament:"Filamento",duration:"Durata",file:"File",try_again:"Riprova",not_ready:"Possibile solo quando {name} è inattivo. Stato attuale: {status}.",one_file:"Scegli un solo file alla volta.",maintenance:"Manutenzione",settings:"Impostazioni",home_text:"Porta la testina alla posizione di origine.",calibrate_text:"Livella il piano. Richiede minuti.",load_text:"Riscalda l'ugello e inserisce il filamento.",unload_text:"Riscalda l'ugello ed espelle il filamento.",calibrate_ask:"L'ugello tocca il piano in più punti. Togli tutto dal piano e pulisci l'ugello dal filamento.",heat_ask:"L'ugello diventa caldo. Inserisci la temperatura richiesta dal filamento.",flexible:"Filamento flessibile",load_hint:"Spingi il filamento nella testina. Quando esce dall'ugello, premi Fatto qui o il pulsante sul dispositivo.",done:"Fatto",stop:"Ferma",calibrating_point:"Calibrazione, punto {point}",nozzle_hot:"L'ugello è caldo",loaded:"Il caricamento è terminato. Se il filamento esce dall'ugello, riprendi il lavoro.",device:"Dispositivo",layout:"Disposizione",layout_full:"Tutto",layout_compact:"Una riga",camera:"Altra telecamera",camera_help:"Mostrata al posto della telecamera del dispositivo.",power:"Interruttore di alimentazione",power_help:"Un interruttore o una presa che alimenta il dispositivo. Durante un lavoro, chiede prima di spegnere.",power_sensor:"Sensore di potenza",hide:"Nascondi",part_picture:"Immagine",part_job:"Nome del lavoro",part_progress:"Avanzamento",part_times:"Tempi",part_temperature:"Temperatura",part_toolhead:"Testina",part_buttons:"Pulsanti",part_files:"Stampa un file",part_maintenance:"Manutenzione"};var B2={card_name:"FLUXデバイス",card_description:"FLUXのプリンターやレーザーの動作、進み具合、問題とその対処方法を表示します。",dashboard_name:"FLUXデバイス",dashboard_description:"すべてのFLUXデバイスのカードです。後から追加したデバイスも自動的に表示されます。",choose_device:"デバイスを選択してください",device_gone:"このデバイスはもう存在しません",invalid_option:"{option} の値が正しくありません。",no_status:"不明",left:"残り {time}",done_at:"{time} に完了",took:"所要時間 {time}",in_use:"別のプログラムが使用中",in_use_by:"{program} が使用中",free:"デバイスを解放",free_question:"このデバイスを解放しますか？",free_text:"{name} を使用しているプログラムや人を切断します。その作業は失われます。",unverified:"未検証のデバイス",unverified_text:"このデバイスがFLUX製品であることを確認できなかったため、鍵が承認したものと同じであることだけを確認しています。",no_toolhead:"ツールヘッドなし",progress:"進捗状況",live_picture:"{name} のライブ映像",job_picture:"ジョブの画像",show_camera:"カメラを表示",show_job_picture:"ジョブの画像を表示",waiting_for_picture:"カメラを待っています",cancel_question:"このジョブをキャンセルしますか？",cancel_text:"キャンセルしたジョブは再開できません。",cancel_no:"ジョブを続ける",power_question:"ジョブの途中で電源を切りますか？",power_text:"{name} はジョブの実行中です。電源を切るとジョブは失われます。",power_no:"電源を切らない",power_yes:"電源を切る",not_allowed:"このユーザーはデバイスを表示できますが、操作はできません。管理者に依頼してください。",close:"閉じる",print_file:"ファイルを印刷",run_file:"ファイルを実行",recent:"最近",memory_card:"メモリーカード",files_loading:"{name} のファイルを読み込んでいます…",files_slow:"{name} の応答に時間がかかっています…",folder_empty:"ここにはジョブファイルがありません。",recent_empty:"{name} はまだジョブを実行していません。",usb_empty:"USB メモリーがないか、ジョブファイルが入っていません。",last_job:"前回のジョブ",start:"開始",starting:"開始しています…",repeat:"前回のジョブを繰り返す",back:"戻る",upload:"ファイルをアップロード",upload_to:"{file} を {name} に転送し、確認します。",uploading:"アップロード中",upload_cancel:"アップロードをキャンセル",drop:"{name} 用のジョブファイル (.fc) をここにドロップ",unreachable:"Home Assistant との接続が切れました。もう一度試してください。",replace_question:"ファイルを置き換えますか？",replace_text:"{name} には {file} という名前のファイルがすでにあります。",replace_no:"元のファイルを残す",replace_yes:"置き換える",replace_admin:"{name} には {file} という名前のファイルがすでにあります。管理者に置き換えを依頼するか、ファイル名を変更してください。",laser_question:"レーザーを開始しますか？",laser_text:"{name} は {job} を実行します。レーザーは火災の原因になることがあります。ジョブが終わるまで機械のそばを離れないでください。",laser_no:"開始しない",filament:"フィラメント",duration:"所要時間",file:"ファイル",try_again:"再試行",not_ready:"{name} が待機中のときだけ可能です。現在の状態: {status}。",one_file:"一度に選べるファイルは 1 つです。",maintenance:"メンテナンス",settings:"設定",home_text:"ツールヘッドを原点に移動します。",calibrate_text:"プレートを水平に調整します。数分かかります。",load_text:"ノズルを加熱し、フィラメントを送り込みます。",unload_text:"ノズルを加熱し、フィラメントを押し出します。",calibrate_ask:"ノズルがプレートの数か所に触れます。プレートの上を空にし、ノズルのフィラメントを拭き取ってください。",heat_ask:"ノズルが高温になります。フィラメントに必要な温度を入力してください。",flexible:"フレキシブルフィラメント",load_hint:"フィラメントをツールヘッドに差し込んでください。ノズルから出てきたら、ここの「完了」かデバイスのボタンを押してください。",done:"完了",stop:"停止",calibrating_point:"校正中、測定点 {point}",nozzle_hot:"ノズルは高温です",loaded:"装填が終わりました。ノズルからフィラメントが出ていれば、ジョブを再開してください。",device:"デバイス",layout:"レイアウト",layout_full:"すべて",layout_compact:"1行",camera:"別のカメラ",camera_help:"デバイスのカメラの代わりに表示します。",power:"電源スイッチ",power_help:"デバイスに電源を供給するスイッチまたはプラグ。ジョブの途中で切るときは確認します。",power_sensor:"電力センサー",hide:"表示しない項目",part_picture:"画像",part_job:"ジョブ名",part_progress:"進捗状況",part_times:"時間",part_temperature:"温度",part_toolhead:"ツールヘッド",part_buttons:"ボタン",part_files:"ファイルを印刷",part_maintenance:"メンテナンス"};var P2={card_name:"FLUX 기기",card_description:"FLUX 프린터나 레이저가 무엇을 하는지, 얼마나 진행되었는지, 무엇이 잘못되었고 어떻게 해결하는지 보여 줍니다.",dashboard_name:"FLUX 기기",dashboard_description:"모든 FLUX 기기의 카드입니다. 나중에 추가한 기기도 자동으로 나타납니다.",choose_device:"기기를 선택하세요",device_gone:"이 기기는 더 이상 존재하지 않습니다",invalid_option:"{option} 값이 올바르지 않습니다.",no_status:"알 수 없음",left:"{time} 남음",done_at:"{time} 완료 예정",took:"소요 시간 {time}",in_use:"다른 프로그램에서 사용 중",in_use_by:"{program}에서 사용 중",free:"기기 해제",free_question:"이 기기를 해제할까요?",free_text:"{name} 기기를 사용 중인 프로그램이나 사람의 연결을 끊습니다. 하던 작업은 사라집니다.",unverified:"확인되지 않은 기기",unverified_text:"이 기기가 FLUX 정품인지 확인할 수 없어, 키가 수락한 것과 같은지만 확인합니다.",no_toolhead:"툴헤드 없음",progress:"진행 상황",live_picture:"{name}의 실시간 화면",job_picture:"작업 이미지",show_camera:"카메라 보기",show_job_picture:"작업 이미지 보기",waiting_for_picture:"카메라를 기다리는 중",cancel_question:"이 작업을 취소할까요?",cancel_text:"취소한 작업은 다시 시작할 수 없습니다.",cancel_no:"작업 유지",power_question:"작업 중에 전원을 끌까요?",power_text:"{name}에 진행 중인 작업이 있습니다. 전원이 꺼지면 작업을 잃습니다.",power_no:"켜 두기",power_yes:"끄기",not_allowed:"이 사용자는 기기를 볼 수만 있고 제어할 수 없습니다. 관리자에게 문의하세요.",close:"닫기",print_file:"파일 인쇄",run_file:"파일 실행",recent:"최근",memory_card:"메모리 카드",files_loading:"{name}의 파일을 읽는 중…",files_slow:"{name}의 응답이 느립니다…",folder_empty:"여기에는 작업 파일이 없습니다.",recent_empty:"{name}에서 아직 작업을 실행하지 않았습니다.",usb_empty:"USB 메모리가 없거나 작업 파일이 없습니다.",last_job:"마지막 작업",start:"시작",starting:"시작하는 중…",repeat:"마지막 작업 반복",back:"뒤로",upload:"파일 업로드",upload_to:"{file} 파일을 {name}(으)로 전송하고 확인합니다.",uploading:"업로드 중",upload_cancel:"업로드 취소",drop:"{name}에 보낼 작업 파일(.fc)을 여기에 놓으세요",unreachable:"Home Assistant와의 연결이 끊어졌습니다. 다시 시도하세요.",replace_question:"파일을 바꾸시겠습니까?",replace_text:"{name}에 {file} 파일이 이미 있습니다.",replace_no:"기존 파일 유지",replace_yes:"바꾸기",replace_admin:"{name}에 {file} 파일이 이미 있습니다. 관리자에게 교체를 요청하거나 파일 이름을 바꾸세요.",laser_question:"레이저를 시작하시겠습니까?",laser_text:"{name}에서 {job} 작업을 실행합니다. 레이저는 화재를 일으킬 수 있습니다. 작업이 끝날 때까지 기계 곁을 떠나지 마세요.",laser_no:"시작하지 않음",filament:"필라멘트",duration:"소요 시간",file:"파일",try_again:"다시 시도",not_ready:"{name}이(가) 대기 중일 때만 가능합니다. 현재 상태: {status}.",one_file:"한 번에 파일 하나만 선택하세요.",maintenance:"유지보수",settings:"설정",home_text:"툴헤드를 원점으로 이동합니다.",calibrate_text:"플레이트를 수평으로 맞춥니다. 몇 분이 걸립니다.",load_text:"노즐을 가열하고 필라멘트를 밀어 넣습니다.",unload_text:"노즐을 가열하고 필라멘트를 밀어냅니다.",calibrate_ask:"노즐이 플레이트의 여러 지점에 닿습니다. 플레이트를 비우고 노즐에 묻은 필라멘트를 닦아 내세요.",heat_ask:"노즐이 뜨거워집니다. 필라멘트에 필요한 온도를 입력하세요.",flexible:"유연한 필라멘트",load_hint:"필라멘트를 툴헤드에 밀어 넣으세요. 노즐에서 나오면 여기서 완료를 누르거나 기기의 버튼을 누르세요.",done:"완료",stop:"중지",calibrating_point:"보정 중, 측정점 {point}",nozzle_hot:"노즐이 뜨겁습니다",loaded:"필라멘트 넣기가 끝났습니다. 노즐에서 필라멘트가 나오면 작업을 재개하세요.",device:"기기",layout:"레이아웃",layout_full:"모두",layout_compact:"한 줄",camera:"다른 카메라",camera_help:"기기의 카메라 대신 표시됩니다.",power:"전원 스위치",power_help:"기기에 전원을 공급하는 스위치 또는 플러그. 작업 중에 끌 때는 먼저 묻습니다.",power_sensor:"전력 센서",hide:"숨기기",part_picture:"이미지",part_job:"작업 이름",part_progress:"진행 상황",part_times:"시간",part_temperature:"온도",part_toolhead:"툴헤드",part_buttons:"버튼",part_files:"파일 인쇄",part_maintenance:"유지보수"};var T2={card_name:"FLUX-apparaat",card_description:"Wat een FLUX-printer of -laser doet, hoe ver hij is, wat er mis is en wat helpt.",dashboard_name:"FLUX-apparaten",dashboard_description:"De kaart van elk FLUX-apparaat. Apparaten die later worden toegevoegd, verschijnen vanzelf.",choose_device:"Kies een apparaat",device_gone:"Dit apparaat bestaat niet meer",invalid_option:"De waarde van {option} is niet geldig.",no_status:"Onbekend",left:"Nog {time}",done_at:"Einde: {time}",took:"Duur: {time}",in_use:"In gebruik door een ander programma",in_use_by:"In gebruik door {program}",free:"Apparaat vrijgeven",free_question:"Dit apparaat vrijgeven?",free_text:"Dit verbreekt de verbinding van het programma of de persoon die {name} gebruikt. Hun werk gaat verloren.",unverified:"Identiteit niet geverifieerd",unverified_text:"Home Assistant kon dit apparaat niet bij FLUX controleren en gaat alleen na of de sleutel nog die is die je hebt geaccepteerd.",no_toolhead:"Geen gereedschapskop",progress:"Voortgang",live_picture:"Livebeeld van {name}",job_picture:"Afbeelding van de taak",show_camera:"Camera tonen",show_job_picture:"Afbeelding van de taak tonen",waiting_for_picture:"Wachten op de camera",cancel_question:"Deze taak annuleren?",cancel_text:"Een geannuleerde taak kan niet worden hervat.",cancel_no:"Taak behouden",power_question:"Uitschakelen tijdens een taak?",power_text:"{name} heeft een actieve taak. Zonder stroom gaat die verloren.",power_no:"Aan laten",power_yes:"Uitschakelen",not_allowed:"Je gebruiker mag dit apparaat bekijken, maar niet bedienen. Vraag het een beheerder.",close:"Sluiten",print_file:"Bestand printen",run_file:"Bestand uitvoeren",recent:"Recent",memory_card:"Geheugenkaart",files_loading:"Bestanden van {name} lezen…",files_slow:"{name} antwoordt traag…",folder_empty:"Hier staan geen taakbestanden.",recent_empty:"{name} heeft nog geen taak uitgevoerd.",usb_empty:"Geen USB-stick, of geen taakbestand erop.",last_job:"Laatste taak",start:"Starten",starting:"Bezig met starten…",repeat:"Laatste taak herhalen",back:"Terug",upload:"Bestand uploaden",upload_to:"{file} wordt naar {name} overgebracht en gecontroleerd.",uploading:"Bezig met uploaden",upload_cancel:"Uploaden annuleren",drop:"Zet een taakbestand (.fc) voor {name} hier neer",unreachable:"De verbinding met Home Assistant is verbroken. Probeer het opnieuw.",replace_question:"Bestand vervangen?",replace_text:"{name} heeft al een bestand met de naam {file}.",replace_no:"Oude bestand houden",replace_yes:"Vervangen",replace_admin:"{name} heeft al een bestand met de naam {file}. Vraag een beheerder om het te vervangen, of hernoem het jouwe.",laser_question:"Laser starten?",laser_text:"{name} gaat {job} uitvoeren. Een laser kan brand veroorzaken: blijf bij de machine tot de taak klaar is.",laser_no:"Niet starten",filament:"Filament",duration:"Duur",file:"Bestand",try_again:"Opnieuw proberen",not_ready:"Dit kan alleen terwijl {name} inactief is. Status nu: {status}.",one_file:"Kies één bestand tegelijk.",maintenance:"Onderhoud",settings:"Instellingen",home_text:"Brengt de gereedschapskop naar de beginpositie.",calibrate_text:"Stelt de plaat waterpas. Duurt minuten.",load_text:"Verwarmt de nozzle en trekt filament naar binnen.",unload_text:"Verwarmt de nozzle en duwt filament naar buiten.",calibrate_ask:"De nozzle raakt de plaat op meerdere punten. Haal alles van de plaat en veeg filament van de nozzle.",heat_ask:"De nozzle wordt heet. Voer de temperatuur in die het filament nodig heeft.",flexible:"Flexibel filament",load_hint:"Duw filament in de gereedschapskop. Druk hier op Klaar of op de knop van het apparaat als het uit de nozzle komt.",done:"Klaar",stop:"Stoppen",calibrating_point:"Kalibreren, meetpunt {point}",nozzle_hot:"De nozzle is heet",loaded:"Het laden is beëindigd. Hervat de taak als er filament uit de nozzle komt.",device:"Apparaat",layout:"Indeling",layout_full:"Alles",layout_compact:"Eén rij",camera:"Andere camera",camera_help:"Getoond in plaats van de camera van het apparaat.",power:"Stroomschakelaar",power_help:"Een schakelaar of stekker die het apparaat van stroom voorziet. Tijdens een taak wordt gevraagd voordat hij uitgaat.",power_sensor:"Vermogenssensor",hide:"Weglaten",part_picture:"Beeld",part_job:"Taaknaam",part_progress:"Voortgang",part_times:"Tijden",part_temperature:"Temperatuur",part_toolhead:"Gereedschapskop",part_buttons:"Knoppen",part_files:"Bestand printen",part_maintenance:"Onderhoud"};var F2={card_name:"Urządzenie FLUX",card_description:"Co robi drukarka lub laser FLUX, jak daleko jest, co jest nie tak i co pomaga.",dashboard_name:"Urządzenia FLUX",dashboard_description:"Karta każdego urządzenia FLUX. Urządzenia dodane później pojawiają się same.",choose_device:"Wybierz urządzenie",device_gone:"To urządzenie już nie istnieje",invalid_option:"Wartość opcji {option} jest nieprawidłowa.",no_status:"Nieznany",left:"Pozostało {time}",done_at:"Koniec: {time}",took:"Czas trwania: {time}",in_use:"W użyciu przez inny program",in_use_by:"W użyciu przez {program}",free:"Zwolnij urządzenie",free_question:"Zwolnić to urządzenie?",free_text:"To rozłączy program lub osobę, która używa {name}. Jej praca przepadnie.",unverified:"Tożsamość niezweryfikowana",unverified_text:"Home Assistant nie mógł sprawdzić tego urządzenia w FLUX i pilnuje tylko, czy jego klucz jest nadal tym, który został zaakceptowany.",no_toolhead:"Brak głowicy",progress:"Postęp",live_picture:"Obraz na żywo z {name}",job_picture:"Obraz zadania",show_camera:"Pokaż kamerę",show_job_picture:"Pokaż obraz zadania",waiting_for_picture:"Oczekiwanie na kamerę",cancel_question:"Anulować to zadanie?",cancel_text:"Anulowanego zadania nie można wznowić.",cancel_no:"Zachowaj zadanie",power_question:"Wyłączyć w trakcie zadania?",power_text:"{name} ma aktywne zadanie. Bez zasilania zostanie utracone.",power_no:"Zostaw włączone",power_yes:"Wyłącz",not_allowed:"Twój użytkownik może oglądać to urządzenie, ale nie może nim sterować. Zwróć się do administratora.",close:"Zamknij",print_file:"Drukuj plik",run_file:"Uruchom plik",recent:"Ostatnie",memory_card:"Karta pamięci",files_loading:"Odczytywanie plików z urządzenia {name}…",files_slow:"Urządzenie {name} odpowiada powoli…",folder_empty:"Nie ma tu plików zadań.",recent_empty:"Urządzenie {name} nie wykonało jeszcze żadnego zadania.",usb_empty:"Brak pamięci USB lub plików zadań na niej.",last_job:"Ostatnie zadanie",start:"Rozpocznij",starting:"Rozpoczynanie…",repeat:"Powtórz ostatnie zadanie",back:"Wstecz",upload:"Prześlij plik",upload_to:"{file} jest przesyłany do urządzenia {name} i sprawdzany.",uploading:"Przesyłanie",upload_cancel:"Anuluj przesyłanie",drop:"Upuść plik zadania (.fc) dla urządzenia {name}",unreachable:"Połączenie z Home Assistantem zostało przerwane. Spróbuj ponownie.",replace_question:"Zastąpić plik?",replace_text:"Na urządzeniu {name} jest już plik o nazwie {file}.",replace_no:"Zachowaj stary plik",replace_yes:"Zastąp",replace_admin:"Na urządzeniu {name} jest już plik o nazwie {file}. Poproś administratora o jego zastąpienie albo zmień nazwę swojego.",laser_question:"Uruchomić laser?",laser_text:"Urządzenie {name} wykona {job}. Laser może wywołać pożar: zostań przy maszynie do końca zadania.",laser_no:"Nie uruchamiaj",filament:"Filament",duration:"Czas trwania",file:"Plik",try_again:"Spróbuj ponownie",not_ready:"To możliwe tylko wtedy, gdy urządzenie {name} jest bezczynne. Obecny stan: {status}.",one_file:"Wybierz jeden plik naraz.",maintenance:"Konserwacja",settings:"Ustawienia",home_text:"Przesuwa głowicę do pozycji początkowej.",calibrate_text:"Poziomuje stół. Trwa kilka minut.",load_text:"Nagrzewa dyszę i wciąga filament.",unload_text:"Nagrzewa dyszę i wypycha filament.",calibrate_ask:"Dysza dotyka stołu w kilku punktach. Usuń wszystko ze stołu i zetrzyj filament z dyszy.",heat_ask:"Dysza się nagrzeje. Wpisz temperaturę, której wymaga filament.",flexible:"Elastyczny filament",load_hint:"Wsuń filament do głowicy. Gdy wyjdzie z dyszy, naciśnij tutaj Gotowe lub przycisk na urządzeniu.",done:"Gotowe",stop:"Zatrzymaj",calibrating_point:"kalibracja, punkt {point}",nozzle_hot:"Dysza jest gorąca",loaded:"Ładowanie zakończone. Jeśli filament wychodzi z dyszy, wznów zadanie.",device:"Urządzenie",layout:"Układ",layout_full:"Wszystko",layout_compact:"Jeden wiersz",camera:"Inna kamera",camera_help:"Pokazywana zamiast kamery urządzenia.",power:"Wyłącznik zasilania",power_help:"Przełącznik lub gniazdko zasilające urządzenie. W trakcie zadania wyłączenie wymaga potwierdzenia.",power_sensor:"Czujnik mocy",hide:"Pomiń",part_picture:"Obraz",part_job:"Nazwa zadania",part_progress:"Postęp",part_times:"Czasy",part_temperature:"Temperatura",part_toolhead:"Głowica",part_buttons:"Przyciski",part_files:"Drukuj plik",part_maintenance:"Konserwacja"};var z1={card_name:"Dispositivo FLUX",card_description:"O que uma impressora ou um laser FLUX faz, em que ponto está, o que há de errado e o que ajuda.",dashboard_name:"Dispositivos FLUX",dashboard_description:"O cartão de cada dispositivo FLUX. Os que forem adicionados depois aparecem sozinhos.",choose_device:"Escolha um dispositivo",device_gone:"Este dispositivo não existe mais",invalid_option:"O valor de {option} não é válido.",no_status:"Desconhecido",left:"Faltam {time}",done_at:"Término: {time}",took:"Duração: {time}",in_use:"Em uso por outro programa",in_use_by:"Em uso por {program}",free:"Liberar dispositivo",free_question:"Liberar este dispositivo?",free_text:"Isso desconecta o programa ou a pessoa que usa {name}. O que estiver fazendo se perde.",unverified:"Identidade não verificada",unverified_text:"O Home Assistant não conseguiu verificar este dispositivo com a FLUX e apenas garante que a chave dele ainda é a que você aceitou.",no_toolhead:"Sem cabeçote",progress:"Progresso",live_picture:"Imagem ao vivo de {name}",job_picture:"Imagem do trabalho",show_camera:"Mostrar a câmera",show_job_picture:"Mostrar a imagem do trabalho",waiting_for_picture:"Aguardando a câmera",cancel_question:"Cancelar este trabalho?",cancel_text:"Um trabalho cancelado não pode ser retomado.",cancel_no:"Manter o trabalho",power_question:"Desligar durante um trabalho?",power_text:"{name} tem um trabalho ativo. Sem energia, ele é perdido.",power_no:"Deixar ligado",power_yes:"Desligar",not_allowed:"Seu usuário pode ver este dispositivo, mas não controlá-lo. Peça a um administrador.",close:"Fechar",print_file:"Imprimir um arquivo",run_file:"Executar um arquivo",recent:"Recentes",memory_card:"Cartão de memória",files_loading:"Lendo os arquivos de {name}…",files_slow:"{name} está demorando para responder…",folder_empty:"Não há arquivos de trabalho aqui.",recent_empty:"{name} ainda não executou nenhum trabalho.",usb_empty:"Não há pendrive USB, ou nenhum arquivo de trabalho nele.",last_job:"Último trabalho",start:"Iniciar",starting:"Iniciando…",repeat:"Repetir o último trabalho",back:"Voltar",upload:"Enviar um arquivo",upload_to:"{file} é transferido para {name} e verificado.",uploading:"Enviando",upload_cancel:"Cancelar o envio",drop:"Solte um arquivo de trabalho (.fc) para {name}",unreachable:"A conexão com o Home Assistant foi interrompida. Tente novamente.",replace_question:"Substituir o arquivo?",replace_text:"{name} já tem um arquivo chamado {file}.",replace_no:"Manter o arquivo antigo",replace_yes:"Substituir",replace_admin:"{name} já tem um arquivo chamado {file}. Peça a um administrador para substituí-lo ou renomeie o seu.",laser_question:"Iniciar o laser?",laser_text:"{name} vai executar {job}. Um laser pode causar um incêndio: fique junto à máquina até o trabalho terminar.",laser_no:"Não iniciar",filament:"Filamento",duration:"Duração",file:"Arquivo",try_again:"Tentar novamente",not_ready:"Só é possível enquanto {name} está ocioso. Estado agora: {status}.",one_file:"Escolha um arquivo de cada vez.",maintenance:"Manutenção",settings:"Configurações",home_text:"Leva o cabeçote à posição de origem.",calibrate_text:"Nivela a placa. Leva minutos.",load_text:"Aquece o bico e puxa o filamento.",unload_text:"Aquece o bico e empurra o filamento para fora.",calibrate_ask:"O bico toca a placa em vários pontos. Retire tudo da placa e limpe o filamento do bico.",heat_ask:"O bico fica quente. Insira a temperatura de que o filamento precisa.",flexible:"Filamento flexível",load_hint:"Empurre o filamento para dentro do cabeçote. Quando ele sair pelo bico, pressione Pronto aqui ou o botão do dispositivo.",done:"Pronto",stop:"Parar",calibrating_point:"Calibrando, ponto {point}",nozzle_hot:"O bico está quente",loaded:"O carregamento terminou. Se sair filamento pelo bico, retome o trabalho.",device:"Dispositivo",layout:"Layout",layout_full:"Tudo",layout_compact:"Uma linha",camera:"Outra câmera",camera_help:"Mostrada no lugar da câmera do dispositivo.",power:"Interruptor de energia",power_help:"Um interruptor ou uma tomada que alimenta o dispositivo. Durante um trabalho, pergunta antes de desligar.",power_sensor:"Sensor de potência",hide:"Ocultar",part_picture:"Imagem",part_job:"Nome do trabalho",part_progress:"Progresso",part_times:"Tempos",part_temperature:"Temperatura",part_toolhead:"Cabeçote",part_buttons:"Botões",part_files:"Imprimir um arquivo",part_maintenance:"Manutenção"};var $1={card_name:"FLUX 设备",card_description:"FLUX 打印机或激光机在做什么、进度如何、出了什么问题以及如何解决。",dashboard_name:"FLUX 设备",dashboard_description:"每台 FLUX 设备的卡片。之后添加的设备会自动出现。",choose_device:"请选择设备",device_gone:"此设备已不存在",invalid_option:"{option} 的值无效。",no_status:"未知",left:"剩余 {time}",done_at:"预计 {time} 完成",took:"用时 {time}",in_use:"其他程序正在使用",in_use_by:"{program} 正在使用",free:"释放设备",free_question:"释放此设备？",free_text:"将断开正在使用 {name} 的程序或人，其未完成的操作会丢失。",unverified:"身份未验证",unverified_text:"Home Assistant 无法向 FLUX 验证此设备，只确认其密钥仍是您接受的那一个。",no_toolhead:"无工具头",progress:"进度",live_picture:"{name} 的实时画面",job_picture:"作业图片",show_camera:"显示摄像头",show_job_picture:"显示作业图片",waiting_for_picture:"正在等待摄像头",cancel_question:"取消此作业？",cancel_text:"已取消的作业无法继续。",cancel_no:"保留作业",power_question:"在作业期间关闭电源？",power_text:"{name} 有正在进行的作业。断电后作业将丢失。",power_no:"保持开启",power_yes:"关闭电源",not_allowed:"您的用户可以查看但不能控制此设备。请联系管理员。",close:"关闭",print_file:"打印文件",run_file:"运行文件",recent:"最近",memory_card:"存储卡",files_loading:"正在读取 {name} 的文件…",files_slow:"{name} 响应较慢…",folder_empty:"这里没有作业文件。",recent_empty:"{name} 还没有运行过作业。",usb_empty:"没有 U 盘，或其中没有作业文件。",last_job:"上一个作业",start:"开始",starting:"正在开始…",repeat:"重复上一个作业",back:"返回",upload:"上传文件",upload_to:"正在将 {file} 传输到 {name} 并进行校验。",uploading:"正在上传",upload_cancel:"取消上传",drop:"将 {name} 的作业文件 (.fc) 拖放到这里",unreachable:"与 Home Assistant 的连接已中断。请重试。",replace_question:"替换文件？",replace_text:"{name} 上已有名为 {file} 的文件。",replace_no:"保留原文件",replace_yes:"替换",replace_admin:"{name} 上已有名为 {file} 的文件。请联系管理员替换，或重命名您的文件。",laser_question:"启动激光？",laser_text:"{name} 将运行 {job}。激光可能引发火灾：在作业结束前请勿离开机器。",laser_no:"不启动",filament:"耗材",duration:"时长",file:"文件",try_again:"重试",not_ready:"仅在 {name} 空闲时可用。当前状态：{status}。",one_file:"每次只能选择一个文件。",maintenance:"维护",settings:"设置",home_text:"将工具头移到原点。",calibrate_text:"调平打印板，需要几分钟。",load_text:"加热喷嘴并送入耗材。",unload_text:"加热喷嘴并推出耗材。",calibrate_ask:"喷嘴会接触打印板的多个点。请清空打印板，并擦去喷嘴上的耗材。",heat_ask:"喷嘴会变热。请输入耗材所需的温度。",flexible:"柔性耗材",load_hint:"将耗材推入工具头。耗材从喷嘴出来后，请按此处的“完成”或设备上的按钮。",done:"完成",stop:"停止",calibrating_point:"校准中，测点 {point}",nozzle_hot:"喷嘴是热的",loaded:"装入已结束。如果耗材从喷嘴出来，请恢复作业。",device:"设备",layout:"布局",layout_full:"全部",layout_compact:"单行",camera:"其他摄像头",camera_help:"代替设备的摄像头显示。",power:"电源开关",power_help:"为设备供电的开关或插座。作业期间关闭前会先询问。",power_sensor:"功率传感器",hide:"不显示",part_picture:"图片",part_job:"作业名称",part_progress:"进度",part_times:"时间",part_temperature:"温度",part_toolhead:"工具头",part_buttons:"按钮",part_files:"打印文件",part_maintenance:"维护"};var v1={card_name:"FLUX 裝置",card_description:"FLUX 印表機或雷射機在做什麼、進度如何、出了什麼問題以及如何解決。",dashboard_name:"FLUX 裝置",dashboard_description:"每台 FLUX 裝置的卡片。之後新增的裝置會自動出現。",choose_device:"請選擇裝置",device_gone:"此裝置已不存在",invalid_option:"{option} 的值無效。",no_status:"未知",left:"剩餘 {time}",done_at:"預計 {time} 完成",took:"用時 {time}",in_use:"其他程式正在使用",in_use_by:"{program} 正在使用",free:"釋放裝置",free_question:"要釋放此裝置嗎？",free_text:"將中斷正在使用 {name} 的程式或人，其未完成的操作會遺失。",unverified:"身分未驗證",unverified_text:"Home Assistant 無法向 FLUX 驗證此裝置，只確認其金鑰仍是您接受的那一個。",no_toolhead:"無工具頭",progress:"進度",live_picture:"{name} 的即時畫面",job_picture:"工作圖片",show_camera:"顯示攝影機",show_job_picture:"顯示工作圖片",waiting_for_picture:"正在等待攝影機",cancel_question:"要取消此工作嗎？",cancel_text:"取消的工作無法繼續。",cancel_no:"保留工作",power_question:"要在工作期間關閉電源嗎？",power_text:"{name} 有進行中的工作。斷電後工作將會遺失。",power_no:"保持開啟",power_yes:"關閉電源",not_allowed:"您的使用者可以檢視但無法控制此裝置。請聯絡管理員。",close:"關閉",print_file:"列印檔案",run_file:"執行檔案",recent:"最近",memory_card:"記憶卡",files_loading:"正在讀取 {name} 的檔案…",files_slow:"{name} 回應較慢…",folder_empty:"這裡沒有工作檔案。",recent_empty:"{name} 還沒有執行過工作。",usb_empty:"沒有 USB 隨身碟，或其中沒有工作檔案。",last_job:"上一個工作",start:"開始",starting:"正在開始…",repeat:"重複上一個工作",back:"返回",upload:"上傳檔案",upload_to:"正在將 {file} 傳送到 {name} 並檢查。",uploading:"正在上傳",upload_cancel:"取消上傳",drop:"將 {name} 的工作檔案 (.fc) 拖放到這裡",unreachable:"與 Home Assistant 的連線已中斷。請再試一次。",replace_question:"取代檔案？",replace_text:"{name} 上已有名為 {file} 的檔案。",replace_no:"保留原檔案",replace_yes:"取代",replace_admin:"{name} 上已有名為 {file} 的檔案。請管理員取代，或重新命名您的檔案。",laser_question:"啟動雷射？",laser_text:"{name} 將執行 {job}。雷射可能引發火災：在工作結束前請勿離開機器。",laser_no:"不啟動",filament:"線材",duration:"時間",file:"檔案",try_again:"再試一次",not_ready:"只有 {name} 待命時才能使用。目前狀態：{status}。",one_file:"一次只能選擇一個檔案。",maintenance:"維護",settings:"設定",home_text:"將工具頭移到原點。",calibrate_text:"調平列印平台，需要幾分鐘。",load_text:"加熱噴嘴並送入耗材。",unload_text:"加熱噴嘴並推出耗材。",calibrate_ask:"噴嘴會接觸列印平台的數個點。請清空平台，並擦去噴嘴上的耗材。",heat_ask:"噴嘴會變熱。請輸入耗材所需的溫度。",flexible:"彈性耗材",load_hint:"將耗材推入工具頭。耗材從噴嘴出來後，請按此處的「完成」或裝置上的按鈕。",done:"完成",stop:"停止",calibrating_point:"校正中，測點 {point}",nozzle_hot:"噴嘴是熱的",loaded:"裝入已結束。如果耗材從噴嘴出來，請繼續工作。",device:"裝置",layout:"版面配置",layout_full:"全部",layout_compact:"單列",camera:"其他攝影機",camera_help:"取代裝置的攝影機顯示。",power:"電源開關",power_help:"為裝置供電的開關或插座。工作期間關閉前會先詢問。",power_sensor:"功率感測器",hide:"不顯示",part_picture:"圖片",part_job:"工作名稱",part_progress:"進度",part_times:"時間",part_temperature:"溫度",part_toolhead:"工具頭",part_buttons:"按鈕",part_files:"列印檔案",part_maintenance:"維護"};var S3={de:k2,en:E1,es:y2,fr:w2,it:_2,ja:B2,ko:P2,nl:T2,pl:F2,"pt-BR":z1,"zh-Hans":$1,"zh-Hant":v1},h3={pt:z1,zh:$1,"zh-TW":v1,"zh-HK":v1};function S(V=globalThis.document?.documentElement.lang??"en"){for(let C=V;C;C=C.slice(0,Math.max(0,C.lastIndexOf("-")))){let H=S3[C]??h3[C];if(H)return H}return E1}function v(V,C){return V.replace(/\{(\w+)\}/g,(H,L)=>C[L]??H)}var W="flux3dp-card",J=`custom:${W}`,R2=["picture","job","progress","times","temperature","toolhead","buttons","files","maintenance"];function W1(V){let C=L=>{throw new Error(`${W}: ${S().invalid_option.replace("{option}",L)}`)};(!V||typeof V!="object")&&C("config");let H=["device_id","camera","power","power_sensor"];for(let L of H){let M=V[L];M!=null&&typeof M!="string"&&C(L)}return V.layout&&!["full","compact"].includes(V.layout)&&C("layout"),V.hide&&!(Array.isArray(V.hide)&&V.hide.every(L=>R2.includes(L)))&&C("hide"),V}function D2(){let V=S(),C=(M,e)=>({value:M,label:e}),H={device_id:V.device,layout:V.layout,hide:V.hide,camera:V.camera,power:V.power,power_sensor:V.power_sensor},L={camera:V.camera_help,power:V.power_help};return{schema:[{name:"device_id",required:!0,selector:{device:{filter:{integration:s}}}},{name:"layout",selector:{select:{mode:"dropdown",options:[C("full",V.layout_full),C("compact",V.layout_compact)]}}},{name:"camera",selector:{entity:{filter:{domain:"camera"}}}},{name:"power",selector:{entity:{filter:[{domain:["switch","light","input_boolean"]}]}}},{name:"power_sensor",selector:{entity:{filter:{domain:"sensor",device_class:"power"}}}},{name:"hide",selector:{select:{multiple:!0,mode:"list",options:R2.map(M=>C(M,V[`part_${M}`]))}}}],computeLabel:M=>H[M.name]??M.name,computeHelper:M=>L[M.name],assertConfig:W1}}function E2(V){let C=Object.values(V.entities).filter(M=>M.platform===s&&M.device_id),H=M=>M.translation_key==="status"&&!["offline",void 0].includes(V.states[M.entity_id]?.state),L=(C.find(H)??C[0])?.device_id??"";return{type:J,device_id:L,layout:"full"}}function z2(V,C){let H=O2(V,C)?.device_id;if(!H)return null;let L=S();return[{config:{type:J,device_id:H,layout:"full"},label:L.layout_full},{config:{type:J,device_id:H,layout:"compact"},label:L.layout_compact}]}var $2=I`
  dialog {
    inline-size: min(400px, calc(100vw - 48px));
    box-sizing: border-box;
    padding: 24px;
    border: 0;
    border-radius: var(--ha-dialog-border-radius, 24px);
    color: var(--primary-text-color);
    background: var(--ha-dialog-surface-background, var(--card-background-color, #fff));
    box-shadow: 0 8px 32px rgba(0, 0, 0, 0.4);
  }
  dialog::backdrop {
    background: rgba(0, 0, 0, 0.4);
  }
  h2 {
    margin: 0;
    font-size: var(--ha-font-size-xl, 20px);
    font-weight: var(--ha-font-weight-medium, 500);
    line-height: 1.3;
  }
  p {
    margin: 12px 0 24px;
  }
  dialog.sheet {
    inline-size: min(560px, calc(100vw - 48px));
    block-size: min(680px, calc(100dvh - 48px));
    max-block-size: none;
    padding: 0;
    overflow: hidden;
    --tone: var(--primary-color);
  }
  dialog.sheet[open] {
    display: flex;
    flex-direction: column;
  }
  .sheet header {
    display: flex;
    align-items: center;
    gap: 4px;
    min-block-size: 64px;
    padding: 8px;
    padding-inline: 24px 8px;
    box-sizing: border-box;
  }
  .sheet header:has(.back) {
    padding-inline-start: 8px;
  }
  .sheet h2 {
    flex: 1;
    min-inline-size: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    outline: none;
  }
  .icon {
    display: grid;
    place-items: center;
    inline-size: 48px;
    block-size: 48px;
    flex: none;
    border-radius: 50%;
  }
  .back:dir(rtl) svg {
    transform: scaleX(-1);
  }
  .places {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    padding: 0 24px 12px;
  }
  .places button {
    min-block-size: 36px;
    padding: 0 14px;
    border-radius: 18px;
    background: var(--wash);
  }
  .places [aria-pressed="true"] {
    background: color-mix(in srgb, var(--primary-color) 20%, transparent);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .sheet .notice {
    margin: 0 24px 12px;
  }
  .room {
    flex: 1;
    min-block-size: 0;
    overflow: hidden auto;
    padding: 0 24px;
  }
  .room > p:not(.empty) {
    margin: 0 0 16px;
    overflow-wrap: anywhere;
  }
  .sheet .answers {
    align-items: stretch;
    padding: 12px 24px 24px;
  }
  .sheet .answers:not(:has(> *)) {
    display: none;
  }
  .answers p {
    flex: 1 1 200px;
    margin: 0;
    align-self: center;
    color: var(--secondary-text-color);
  }
  .sheet .answers button {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
  }
  .answers .main {
    background: color-mix(in srgb, var(--primary-color) 20%, transparent);
  }
  .answers .main svg {
    color: var(--primary-color);
  }
  .answers button:disabled {
    opacity: 0.5;
  }
  .sheet ul {
    margin: 0 -12px;
    padding: 0;
    list-style: none;
  }
  .entry {
    display: flex;
    align-items: center;
    gap: 12px;
    inline-size: 100%;
    padding: 6px 12px;
    text-align: start;
  }
  .thumbnail {
    display: grid;
    place-items: center;
    inline-size: 64px;
    block-size: 48px;
    flex: none;
    overflow: hidden;
    border-radius: 8px;
    color: var(--secondary-text-color);
    background: var(--wash);
  }
  .thumbnail img,
  .large img {
    inline-size: 100%;
    block-size: 100%;
    object-fit: contain;
  }
  .label {
    flex: 1;
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .label small {
    display: block;
    color: var(--secondary-text-color);
    font-size: var(--ha-font-size-s, 12px);
  }
  .entry:disabled {
    opacity: 0.5;
  }
  dialog.maintenance {
    block-size: fit-content;
    max-block-size: calc(100dvh - 48px);
  }
  .maintenance .room {
    padding-block-end: 16px;
  }
  .maintenance form {
    display: contents;
  }
  .tool {
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    flex: none;
    border-radius: 50%;
    color: var(--primary-color);
    background: color-mix(in srgb, var(--primary-color) 16%, transparent);
  }
  .setting {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 4px 16px;
    min-block-size: 48px;
    padding-block: 4px;
  }
  .setting > span:first-child {
    flex: 1 1 120px;
    overflow-wrap: anywhere;
  }
  /* Signs and units keep their order where the page goes from right to left. */
  .number {
    direction: ltr;
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .setting input:not([type="checkbox"]),
  .setting select {
    min-block-size: 40px;
    max-inline-size: 100%;
    box-sizing: border-box;
    padding: 4px 8px;
    font: inherit;
    color: inherit;
    border: 1px solid var(--secondary-text-color);
    border-radius: 8px;
    background: var(--card-background-color, #fff);
  }
  .setting input[type="number"] {
    inline-size: 96px;
  }
  .setting input[type="checkbox"] {
    appearance: none;
    inline-size: 40px;
    block-size: 24px;
    margin: 8px 0;
    border-radius: 12px;
    background: radial-gradient(circle 8px, #fff 95%, transparent) no-repeat -8px 50% var(--secondary-text-color);
    cursor: pointer;
  }
  .setting input[type="checkbox"]:checked {
    background-position-x: 8px;
    background-color: var(--primary-color);
  }
  .setting input[type="checkbox"]:dir(rtl) {
    background-position-x: 8px;
  }
  .setting input[type="checkbox"]:checked:dir(rtl) {
    background-position-x: -8px;
  }
  .setting :disabled {
    opacity: 0.5;
    cursor: default;
  }
  .setting input:focus-visible,
  .setting select:focus-visible {
    outline: 2px solid var(--primary-color);
  }
  .work {
    display: flex;
    align-items: center;
    gap: 12px;
    overflow-wrap: anywhere;
  }
  .empty {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 12px;
    block-size: 100%;
    margin: 0;
    text-align: center;
    color: var(--secondary-text-color);
  }
  .spinner {
    inline-size: 32px;
    block-size: 32px;
    box-sizing: border-box;
    flex: none;
    border: 3px solid var(--wash);
    border-block-start-color: var(--primary-color);
    border-radius: 50%;
    animation: turn 1s linear infinite;
  }
  .pending svg {
    animation: wait 1s ease-in-out infinite alternate;
  }
  .preview {
    display: flex;
    flex-direction: column;
    gap: 16px;
  }
  .large {
    display: grid;
    /* As high as the box, not as the picture. */
    grid-template-rows: minmax(0, 1fr);
    place-items: center;
    flex: 1 1 auto;
    min-block-size: 120px;
    max-block-size: 320px;
    overflow: hidden;
    border-radius: var(--round);
    color: var(--secondary-text-color);
    background: var(--wash);
  }
  .large svg {
    inline-size: 48px;
    block-size: 48px;
  }
  dl {
    display: grid;
    gap: 4px;
    margin: 0;
  }
  dl div {
    display: flex;
    justify-content: space-between;
    gap: 16px;
  }
  dt {
    color: var(--secondary-text-color);
  }
  dd {
    margin: 0;
    text-align: end;
    overflow-wrap: anywhere;
  }
  .drop {
    position: absolute;
    inset: 0;
    z-index: 1;
    display: grid;
    place-items: center;
    padding: 16px;
    text-align: center;
    font-weight: var(--ha-font-weight-medium, 500);
    border: 2px dashed var(--primary-color);
    border-radius: inherit;
    background: color-mix(in srgb, var(--card-background-color, #fff) 88%, var(--primary-color));
    pointer-events: none;
  }
  @media (hover: hover) {
    .entry:hover:enabled,
    .icon:hover,
    .sheet .answers button:hover:enabled:not(.yes, .main) {
      background: color-mix(in srgb, var(--primary-text-color) 12%, transparent);
    }
  }
  @media (max-width: 450px) {
    dialog.sheet {
      inline-size: 100vw;
      block-size: 100dvh;
      max-inline-size: none;
      max-block-size: none;
      margin: 0;
      border-radius: 0;
    }
    .sheet header {
      padding-inline-start: 16px;
    }
    .places,
    .room {
      padding-inline: 16px;
    }
    .sheet .notice {
      margin-inline: 16px;
    }
    .sheet .answers {
      padding: 12px 16px 16px;
    }
    .sheet .answers button {
      flex: 1;
    }
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  @keyframes wait {
    to {
      opacity: 0.3;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .spinner,
    .pending svg {
      animation: none;
    }
  }
`;var f3=3;function N1(V){let{code:C,message:H}=V;return C==="unauthorized"||H==="Unauthorized"}function U1(V){return V instanceof TypeError||V.error?.code===f3}async function R(V,C,H){if(N1(C))return H.not_allowed;if(U1(C))return H.unreachable;let{message:L,translation_domain:M,translation_key:e,translation_placeholders:r}=C;if(e&&M){let t=`component.${M}.exceptions.${e}.message`,n=(await V.loadBackendTranslation("exceptions",M).catch(()=>{}))?.(t,r??{});if(n)return n}return L||String(C)}function x1(V,C={}){return{translation_domain:s,translation_key:V,translation_placeholders:C}}var g3=2**30,c="SD/Recent",C1=`${c}/recent-1.fc`;function W2(V,C,H,L){let M=V.devices[C]?.identifiers?.find(([e])=>e===s)?.[1]??"";return`/api/${s}/${H}/${M}/${L.split("/").map(encodeURIComponent).join("/")}`}function I1(V){let C=JSON.parse(V);if(C.error===void 0)return C;throw{...C,message:C.error,translation_domain:s}}function N2(V){return V===401?{code:"unauthorized"}:V===404?x1("media_device_unknown"):{message:`HTTP ${V}`}}async function U2(V,C,H,L,M,e){let r=new Set,t=!0;for(;t;){let i=r.size,n=[],a=await V.fetchWithAuth(W2(V,C,"folder",H),{signal:e});if(!a.ok||!a.body)throw N2(a.status);let d=a.body.getReader(),p=new TextDecoder,m="";for(let l=!1;!l;){let Z=await d.read();l=Z.done;let u=(m+p.decode(Z.value,{stream:!l})).split(`
`);m=u.pop()??"";for(let V1 of u){let g=I1(V1);g.entries?(n=g.entries.filter(({type:L1})=>L1==="file"),L(g.entries)):r.has(g.path)||(r.add(g.path),M(g))}}t=n.some(l=>!r.has(l.path))&&r.size>i}}function I2(V){return V.name.toLowerCase().endsWith(".fc")?V.size>g3?x1("invalid_too_large"):void 0:x1("invalid_not_a_job")}function G2(V,C,H,L,M,e){let r=new XMLHttpRequest,t=!1,i=0,n=0,a=()=>e(L.size?(i+n)/(2*L.size):0),d=()=>r.responseText.slice(0,r.responseText.lastIndexOf(`
`)).split(`
`).at(-1)??"";return{done:new Promise((m,l)=>{r.upload.onprogress=u=>{i=Math.min(u.loaded,L.size),a()},r.onprogress=()=>{try{n=I1(d()).sent??n}catch{return}i=L.size,a()},r.onload=()=>{try{if(r.status!==200)throw N2(r.status);let u=d()&&I1(d());if(!u||!u.path)throw new TypeError("no end");m(u.path)}catch(u){l(u)}},r.onerror=()=>l(new TypeError("no connection")),r.onabort=()=>l(void 0),(async()=>{if(V.auth.expired&&await V.auth.refreshAccessToken(),t)return l(void 0);r.open("POST",V.hassUrl(W2(V,C,"upload",H)+(M?"?overwrite=true":""))),r.setRequestHeader("Authorization",`Bearer ${V.auth.accessToken}`),r.setRequestHeader("Content-Type","application/octet-stream"),r.send(L)})().catch(l)}),cancel(){t=!0,r.abort()}}}var Q2="M10 4A4 4 0 0 0 6 8A4 4 0 0 0 10 12A4 4 0 0 0 14 8A4 4 0 0 0 10 4M10 6A2 2 0 0 1 12 8A2 2 0 0 1 10 10A2 2 0 0 1 8 8A2 2 0 0 1 10 6M10 13C7.33 13 2 14.33 2 17V20H11.5A6.5 6.5 0 0 1 11.03 18.1H3.9V17C3.9 16.36 7.03 14.9 10 14.9C10.5 14.9 11 14.95 11.5 15.03A6.5 6.5 0 0 1 12.55 13.29C11.61 13.1 10.71 13 10 13M17.5 13C15 13 13 15 13 17.5C13 20 15 22 17.5 22C20 22 22 20 22 17.5C22 15 20 13 17.5 13M17.5 14.5C19.16 14.5 20.5 15.84 20.5 17.5C20.5 18.06 20.35 18.58 20.08 19L16 14.92C16.42 14.65 16.94 14.5 17.5 14.5M14.92 16L19 20.08C18.58 20.35 18.06 20.5 17.5 20.5C15.84 20.5 14.5 19.16 14.5 17.5C14.5 16.94 14.65 16.42 14.92 16Z";var j2="M13,13H11V7H13M13,17H11V15H13M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2Z";var q2="M20,11V13H8L13.5,18.5L12.08,19.92L4.16,12L12.08,4.08L13.5,5.5L8,11H20Z";var K2="M19.36,2.72L20.78,4.14L15.06,9.85C16.13,11.39 16.28,13.24 15.38,14.44L9.06,8.12C10.26,7.22 12.11,7.37 13.65,8.44L19.36,2.72M5.93,17.57C3.92,15.56 2.69,13.16 2.35,10.92L7.23,8.83L14.67,16.27L12.58,21.15C10.34,20.81 7.94,19.58 5.93,17.57Z";var X2="M4,4H7L9,2H15L17,4H20A2,2 0 0,1 22,6V18A2,2 0 0,1 20,20H4A2,2 0 0,1 2,18V6A2,2 0 0,1 4,4M12,7A5,5 0 0,0 7,12A5,5 0 0,0 12,17A5,5 0 0,0 17,12A5,5 0 0,0 12,7M12,9A3,3 0 0,1 15,12A3,3 0 0,1 12,15A3,3 0 0,1 9,12A3,3 0 0,1 12,9Z";var Y2="M12 2C6.5 2 2 6.5 2 12S6.5 22 12 22 22 17.5 22 12 17.5 2 12 2M10 17L5 12L6.41 10.59L10 14.17L17.59 6.58L19 8L10 17Z";var J2="M19,6.41L17.59,5L12,10.59L6.41,5L5,6.41L10.59,12L5,17.59L6.41,19L12,13.41L17.59,19L19,17.59L13.41,12L19,6.41Z";var C5="M12,15.5A3.5,3.5 0 0,1 8.5,12A3.5,3.5 0 0,1 12,8.5A3.5,3.5 0 0,1 15.5,12A3.5,3.5 0 0,1 12,15.5M19.43,12.97C19.47,12.65 19.5,12.33 19.5,12C19.5,11.67 19.47,11.34 19.43,11L21.54,9.37C21.73,9.22 21.78,8.95 21.66,8.73L19.66,5.27C19.54,5.05 19.27,4.96 19.05,5.05L16.56,6.05C16.04,5.66 15.5,5.32 14.87,5.07L14.5,2.42C14.46,2.18 14.25,2 14,2H10C9.75,2 9.54,2.18 9.5,2.42L9.13,5.07C8.5,5.32 7.96,5.66 7.44,6.05L4.95,5.05C4.73,4.96 4.46,5.05 4.34,5.27L2.34,8.73C2.21,8.95 2.27,9.22 2.46,9.37L4.57,11C4.53,11.34 4.5,11.67 4.5,12C4.5,12.33 4.53,12.65 4.57,12.97L2.46,14.63C2.27,14.78 2.21,15.05 2.34,15.27L4.34,18.73C4.46,18.95 4.73,19.03 4.95,18.95L7.44,17.94C7.96,18.34 8.5,18.68 9.13,18.93L9.5,21.58C9.54,21.82 9.75,22 10,22H14C14.25,22 14.46,21.82 14.5,21.58L14.87,18.93C15.5,18.67 16.04,18.34 16.56,17.94L19.05,18.95C19.27,19.03 19.54,18.95 19.66,18.73L21.66,15.27C21.78,15.05 21.73,14.78 21.54,14.63L19.43,12.97Z";var H5="M14,2H6A2,2 0 0,0 4,4V20A2,2 0 0,0 6,22H18A2,2 0 0,0 20,20V8L14,2M18,20H6V4H13V9H18V20Z";var V5="M7,2V13H10V22L17,10H13L17,2H7Z";var L5="M10,4H4C2.89,4 2,4.89 2,6V18A2,2 0 0,0 4,20H20A2,2 0 0,0 22,18V8C22,6.89 21.1,6 20,6H12L10,4Z";var M5="M16,13H13V3H11V13H8L12,17L16,13M4,19V21H20V19H4Z";var e5="M15 13L11 17V14H2V12H11V9L15 13M5 20V16H7V18H17V10.19L12 5.69L7.21 10H4.22L12 3L22 12H19V20H5Z";var r5="M19,19H5V5H19M19,3H5A2,2 0 0,0 3,5V19A2,2 0 0,0 5,21H19A2,2 0 0,0 21,19V5A2,2 0 0,0 19,3M13.96,12.29L11.21,15.83L9.25,13.47L6.5,17H17.5L13.96,12.29Z";var t5="M9 13L5 16C4 16.88 3.86 18.12 4 19C4.13 20 4.91 21.22 6 21.68C7.57 22.35 9.09 21.9 10.04 20.92L19 13C20.86 11.62 20 9 18 9H12L19.46 4.61C19.9 4.29 20.08 3.82 20.06 3.37C20 2.67 19.46 2 18.6 2H18.54C18.19 2 17.86 2.11 17.56 2.29L5 9C4.19 9.46 3.94 10.24 4 11C4.05 12.03 4.74 13 6 13M5 18.5C5 17.12 6.12 16 7.5 16S10 17.12 10 18.5 8.88 21 7.5 21 5 19.88 5 18.5Z";var i5="M14,19H18V5H14M6,19H10V5H6V19Z";var o5="M15,16H13V8H15M11,16H9V8H11M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2Z";var a5="M8,5.14V19.14L19,12.14L8,5.14Z";var A5="M16.56,5.44L15.11,6.89C16.84,7.94 18,9.83 18,12A6,6 0 0,1 12,18A6,6 0 0,1 6,12C6,9.83 7.16,7.94 8.88,6.88L7.44,5.44C5.36,6.88 4,9.28 4,12A8,8 0 0,0 12,20A8,8 0 0,0 20,12C20,9.28 18.64,6.88 16.56,5.44M13,3H11V13H13";var n5="M19,6A1,1 0 0,0 20,5A1,1 0 0,0 19,4A1,1 0 0,0 18,5A1,1 0 0,0 19,6M19,2A3,3 0 0,1 22,5V11H18V7H6V11H2V5A3,3 0 0,1 5,2H19M18,18.25C18,18.63 17.79,18.96 17.47,19.13L12.57,21.82C12.4,21.94 12.21,22 12,22C11.79,22 11.59,21.94 11.43,21.82L6.53,19.13C6.21,18.96 6,18.63 6,18.25V13C6,12.62 6.21,12.29 6.53,12.12L11.43,9.68C11.59,9.56 11.79,9.5 12,9.5C12.21,9.5 12.4,9.56 12.57,9.68L17.47,12.12C17.79,12.29 18,12.62 18,13V18.25M12,11.65L9.04,13L12,14.6L14.96,13L12,11.65M8,17.66L11,19.29V16.33L8,14.71V17.66M16,17.66V14.71L13,16.33V19.29L16,17.66Z",d5="M7,2H17V8H19V13H16.5L13,17H11L7.5,13H5V8H7V2M10,22H2V20H10A1,1 0 0,0 11,19V18H13V19A3,3 0 0,1 10,22Z";var p5="M20.8 22.7L14 15.9L13 17H11L7.5 13H5V8H6.1L1.1 3L2.4 1.7L22.1 21.4L20.8 22.7M11 19C11 19.6 10.6 20 10 20H2V22H10C11.7 22 13 20.7 13 19V18H11V19M19 13V8H17V2H7V3.8L16.2 13H19Z";var m5="M2.3 2L1 3.3L2.1 4.4C2 4.6 2 4.8 2 5V11H6V8.3L8.7 11L6.5 12.1C6.2 12.3 6 12.6 6 13V18.2C6 18.6 6.2 18.9 6.5 19.1L11.4 21.8C11.6 21.9 11.8 22 12 22S12.4 21.9 12.6 21.8L17.1 19.3L20.8 23L22.1 21.7L2.3 2M4.9 2H4.8L9.8 7H18V11H22V5C22 3.3 20.7 2 19 2H4.9C5 2 5 2 4.9 2M19 4C19.6 4 20 4.4 20 5S19.6 6 19 6 18 5.6 18 5 18.4 4 19 4M12.4 9.6L18 15.2V13C18 12.6 17.8 12.3 17.5 12.1L12.6 9.7C12.5 9.7 12.5 9.6 12.4 9.6M10.2 12.5L12.2 14.5L12 14.6L9 13L10.2 12.5M8 14.7L11 16.3V19.3L8 17.7V14.7M13.7 16L15.6 17.9L13 19.3V16.3L13.7 16Z";var l5="M1,4.27L3,6.27V11C3,16.55 6.84,21.74 12,23C13.87,22.54 15.57,21.56 16.97,20.24L19.23,22.5L20.5,21.22L2.28,3L1,4.27M12,21C8.25,20 5,15.54 5,11.22V8.27L15.59,18.86C14.53,19.89 13.3,20.65 12,21M21,5V11C21,13.28 20.35,15.5 19.23,17.4L17.77,15.95C18.54,14.5 19,12.84 19,11.22V6.3L12,3.18L7.16,5.34L5.65,3.82L12,1L21,5Z";var v5="M18,18H6V6H18V18Z";var x5="M15 13V5A3 3 0 0 0 9 5V13A5 5 0 1 0 15 13M12 4A1 1 0 0 1 13 5V8H11V5A1 1 0 0 1 12 4Z";var s5="M2 12H4V17H20V12H22V17C22 18.11 21.11 19 20 19H4C2.9 19 2 18.11 2 17V12M12 15L17.55 9.54L16.13 8.13L13 11.25V2H11V11.25L7.88 8.13L6.46 9.55L12 15Z",u5="M2 12H4V17H20V12H22V17C22 18.11 21.11 19 20 19H4C2.9 19 2 18.11 2 17V12M12 2L6.46 7.46L7.88 8.88L11 5.75V15H13V5.75L16.13 8.88L17.55 7.45L12 2Z";var Z5="M9,16V10H5L12,3L19,10H15V16H9M5,20V18H19V20H5Z";var c5="M3.27,2L2,3.27L4.73,6H4A1,1 0 0,0 3,7V17A1,1 0 0,0 4,18H16C16.2,18 16.39,17.92 16.54,17.82L19.73,21L21,19.73M21,6.5L17,10.5V7A1,1 0 0,0 16,6H9.82L21,17.18V6.5Z";var S5="M22.7,19L13.6,9.9C14.5,7.6 14,4.9 12.1,3C10.1,1 7.1,0.6 4.7,1.7L9,6L6,9L1.6,4.7C0.4,7.1 0.9,10.1 2.9,12.1C4.8,14 7.5,14.5 9.8,13.6L18.9,22.7C19.3,23.1 19.9,23.1 20.3,22.7L22.6,20.4C23.1,20 23.1,19.3 22.7,19Z";var O3={alert:j2,back:q2,broom:K2,camera:X2,check:Y2,close:J2,file:H5,flash:V5,folder:L5,free:Q2,image:r5,laser:t5,pause:i5,paused:o5,play:a5,power:A5,printer:n5,nozzle:d5,nozzleOff:p5,off:m5,shieldOff:l5,stop:v5,thermometer:x5,upload:Z5,noVideo:c5,home:e5,level:M5,load:s5,unload:u5,settings:C5,wrench:S5};function x(V){return o`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${O3[V]}></path></svg>`}function h5(V,C,H){if(Number.isNaN(V.getTime()))return"";let{language:L,time_format:M,time_zone:e}=H.locale,r=e==="server"?H.config.time_zone:void 0,t=new Intl.DateTimeFormat("en-CA",{timeZone:r}),i={hour:"numeric",minute:"2-digit",timeZone:r};return(M==="12"||M==="24")&&(i.hourCycle=M==="24"?"h23":"h12"),t.format(V)!==t.format(C)&&(i.weekday="short",Math.abs(V.getTime()-C.getTime())>6*864e5&&Object.assign(i,{day:"numeric",month:"short"})),new Intl.DateTimeFormat(M==="system"?void 0:L,i).format(V)}function G1(V,C){let H=Math.max(1,Math.round(V/60)),L=(M,e)=>M&&new Intl.NumberFormat(C,{style:"unit",unit:e,unitDisplay:"short"}).format(M);return[L(Math.floor(H/60),"hour"),L(H%60,"minute")].filter(Boolean).join(" ")}function f5(V,C,H){let{laser:L,say:M}=C;return o`<button type="button" class="command files" aria-haspopup="dialog" ?disabled=${H} @click=${()=>V.open(C)}>
    ${x(L?"laser":"printer")}<span>${L?M.run_file:M.print_file}</span>
  </button>`}function g5(V,C){let{say:H}=C,L=i=>i.target===i.currentTarget&&!V.sending&&V.close(),M=i=>V.sending&&i.preventDefault(),e=i=>{i.preventDefault(),i.stopPropagation(),V.dragOver(!1),C.ready&&!V.starting&&V.take(i.dataTransfer?.files??null)},r=V.step!==void 0||V.folder.split("/").length>(V.folder.startsWith(c)?2:1),t=()=>V.step?V.back():V.read(V.folder.slice(0,V.folder.lastIndexOf("/")));return o`<dialog class="sheet files" aria-labelledby="files" @close=${()=>V.closed()} @cancel=${M} @click=${L} @drop=${e}>
    <header>
      ${r&&!V.sending&&!V.starting?H1("back",H.back,t):A}
      <h2 id="files" tabindex="-1" autofocus>${b3(V,C)}</h2>
      ${V.sending?A:H1("close",H.close,()=>V.close())}
    </header>
    ${V.problem?o`<div class="notice" role="alert"><span>${V.problem}</span></div>`:A}
    ${k3(V,C)}
    ${V.isDraggedOver&&C.ready?o`<div class="drop">${v(H.drop,{name:C.name})}</div>`:A}
  </dialog>`}function H1(V,C,H){return o`<button type="button" class="icon ${V}" title=${C} aria-label=${C} @click=${H}>${x(V)}</button>`}function b3(V,{laser:C,say:H}){switch(V.step){case"chosen":return V.nameOf(V.chosen);case"confirm":return H.laser_question;case"replace":return H.replace_question;case"upload":return H.uploading}return V.folder.includes("/")&&V.folder!==c?V.folder.slice(V.folder.lastIndexOf("/")+1):C?H.run_file:H.print_file}function k3(V,C){switch(V.step){case"chosen":return F3(V,C);case"confirm":return R3(V,C);case"replace":return D3(V,C);case"upload":return E3(V,C)}return y3(V,C)}function y3(V,C){let{say:H}=C,L=[[c,H.recent],["SD",H.memory_card],["USB","USB"]],M=e=>e==="SD"?V.folder.startsWith("SD")&&V.folder!==c:V.folder.startsWith(e);return o`<div class="places">
      ${L.map(([e,r])=>o`<button type="button" aria-pressed=${M(e)?"true":"false"} @click=${()=>V.read(e)}>${r}</button>`)}
    </div>
    <div class="room" aria-busy=${V.reading?"true":"false"}>${w3(V,C)}</div>
    <div class="answers">${P3(V,C)}${C.ready?T3(V,C):o`<p>${k5(C)}</p>`}</div>`}function w3(V,{hass:C,name:H,say:L}){if(!V.entries)return V.reading?o`<p class="empty" role="status"><span class="spinner"></span>${v(V.slow?L.files_slow:L.files_loading,{name:H})}</p>`:o``;if(!V.entries.length){let M={[c]:L.recent_empty,USB:L.usb_empty}[V.folder]??L.folder_empty;return o`<p class="empty" role="status">${x("folder")}${v(M,{name:H})}</p>`}return o`<ul>
    ${V.entries.map(M=>o`<li>${_3(M,V,e=>B3(e,C,L.last_job))}</li>`)}
  </ul>`}function _3(V,C,H){if(V.type==="folder")return o`<button type="button" class="entry" @click=${()=>C.read(V.path)}>
      <span class="thumbnail">${x("folder")}</span><span class="label">${V.name}</span>
    </button>`;let L=C.details.get(V.path),M=H(L??{path:V.path});return o`<button type="button" class="entry" @click=${()=>C.choose(V.path)}>
    <span class="thumbnail ${C.isPending(V.path)?"pending":""}">${O5(L,"")}</span>
    <span class="label"
      >${C.nameOf(V.path)}
      ${M.length||C.isPending(V.path)?o`<small>${M.length?M.map((r,t)=>o`${t?" · ":""}<bdi>${r}</bdi>`):o`&nbsp;`}</small>`:A}</span
    >
  </button>`}function O5(V,C){return V?.picture?o`<img src=${V.picture} alt=${C} />`:x("file")}function B3(V,C,H){let{language:L}=C.locale,M=V.toolhead&&C.localize(`component.flux3dp.entity.sensor.toolhead.state.${V.toolhead}`);return[V.path===C1&&H,V.duration&&G1(V.duration,L),V.filament_used&&b5(V.filament_used,L),M].filter(e=>!!e)}function b5(V,C){return new Intl.NumberFormat(C,{style:"unit",unit:"meter",maximumSignificantDigits:2}).format(V/1e3)}function P3(V,{say:C}){return!V.problem||V.reading||V.entries?A:o`<button type="button" @click=${()=>V.read(V.folder)}>${C.try_again}</button>`}function T3(V,{say:C}){let H=M=>{let e=M.target;V.take(e.files).finally(()=>e.value="")};return o`<button type="button" @click=${M=>M.currentTarget.nextElementSibling.click()}>${x("upload")}${C.upload}</button>
    <input type="file" accept=".fc,application/octet-stream" hidden @change=${H} />`}function k5({name:V,say:C,status:H}){return v(C.not_ready,{name:V,status:H})}function F3(V,C){let{hass:H,say:L}=C,M=V.chosen,e=V.details.get(M),r=V.isPending(M),{language:t}=H.locale,i=H.localize("component.flux3dp.entity.sensor.toolhead.name"),n=e?[[L.duration,e.duration?G1(e.duration,t):void 0],[L.filament,e.filament_used?b5(e.filament_used,t):void 0],[i,e.toolhead?H.localize(`component.flux3dp.entity.sensor.toolhead.state.${e.toolhead}`):void 0]]:[],a=V.starting?L.starting:M===C1?L.repeat:L.start;return o`<div class="room preview">
      <div class="large ${r?"pending":""}">${O5(e,L.job_picture)}</div>
      <dl>
        ${n.map(([d,p])=>p?o`<div><dt>${d}</dt><dd><bdi>${p}</bdi></dd></div>`:A)}
        <div><dt>${L.file}</dt><dd><bdi>${M}</bdi></dd></div>
      </dl>
    </div>
    <div class="answers">
      ${C.ready||V.starting?A:o`<p role="status">${k5(C)}</p>`}
      <button type="button" class="main" ?disabled=${!C.ready||V.starting||r} aria-busy=${V.starting?"true":"false"} @click=${()=>V.start()}>
        ${x("play")}<span>${a}</span>
      </button>
    </div>`}function R3(V,{name:C,ready:H,say:L}){return o`<div class="room"><p>${v(L.laser_text,{name:C,job:V.nameOf(V.chosen)})}</p></div>
    <div class="answers">
      <button type="button" @click=${()=>V.choose(V.chosen)}>${L.laser_no}</button>
      <button type="button" class="yes" ?disabled=${!H} @click=${()=>V.start(!0)}>${L.start}</button>
    </div>`}function D3(V,{name:C,say:H}){return o`<div class="room"><p>${v(H.replace_text,{name:C,file:V.file?.name??""})}</p></div>
    <div class="answers">
      <button type="button" @click=${()=>V.back()}>${H.replace_no}</button>
      <button type="button" class="yes" @click=${()=>V.send(!0)}>${H.replace_yes}</button>
    </div>`}function E3(V,{hass:C,name:H,say:L}){let M=Math.floor(V.share*100),e=new Intl.NumberFormat(C.locale.language,{style:"percent"}).format(M/100),r=v(L.upload_to,{file:V.file?.name??"",name:H});return o`<div class="room">
      <p>${r}</p>
      <div class="progress">
        <div class="bar" role="progressbar" aria-label=${r} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${M} aria-valuetext=${e}>
          <div style="inline-size: ${M}%"></div>
        </div>
        <span class="percent">${e}</span>
      </div>
    </div>
    <div class="answers"><button type="button" @click=${()=>V.cancelUpload()}>${L.upload_cancel}</button></div>`}var z3=4e3,s1=class{constructor(C,H){this.host=C;this.onProblem=H;this.isOpen=!1;this.folder=c;this.details=new Map;this.reading=!1;this.slow=!1;this.chosen="";this.share=0;this.starting=!1;this.isDraggedOver=!1;this.hover=C=>{C.dataTransfer?.types.includes("Files")&&(C.preventDefault(),clearTimeout(this.dragEnd),this.dragEnd=setTimeout(()=>this.dragOver(!1),500),this.isDraggedOver||this.dragOver(!0))};C.addController(this)}hostDisconnected(){this.close()}hostUpdated(){let C=this.isOpen?`${this.step} ${this.folder}`:void 0;C&&this.heading&&C!==this.heading&&this.host.renderRoot.querySelector("#files")?.focus(),this.heading=C}render(C){return this.machine=C,g5(this,C)}async open(C,H=c){this.machine=C,this.isOpen=!0,this.back(),this.details.clear(),await this.read(H),this.folder===c&&this.entries?.length===0&&await this.read("SD")}dragOver(C){this.isDraggedOver=C,this.host.requestUpdate()}closed(){this.isOpen=!1,this.reader?.abort(),this.running?.cancel(),this.host.requestUpdate()}close(){let C=this.host.renderRoot.querySelector("dialog.files");C?.open&&C.close(),this.isOpen&&this.closed()}back(){this.step=void 0,this.problem=void 0,this.file=void 0,this.host.requestUpdate()}choose(C){this.back(),this.chosen=C,this.step="chosen"}async read(C){this.reader?.abort();let H=this.reader=new AbortController;C!==this.folder&&(this.entries=void 0),this.folder=C,this.problem=void 0,this.reading=!0,this.slow=!1;let L=setTimeout(()=>{this.slow=!0,this.host.requestUpdate()},z3);this.host.requestUpdate();let{hass:M,device:e}=this.machine;try{await U2(M,e,C,r=>{clearTimeout(L),this.slow=!1,this.entries=$3(r,M.locale.language),this.host.requestUpdate()},r=>{this.details.set(r.path,r),this.host.requestUpdate()},H.signal)}catch(r){if(H.signal.aborted)return;[c,"USB"].includes(C)&&r.translation_key==="refused_not_exist"?this.entries=[]:await this.fail(r)}finally{clearTimeout(L),this.reader===H&&(this.reading=this.slow=!1,this.host.requestUpdate())}}isPending(C){return this.reading&&!this.details.has(C)}nameOf(C){return this.details.get(C)?.name??C.slice(C.lastIndexOf("/")+1).replace(/\.fc$/i,"")}get needsConfirmation(){return this.machine.laser||this.details.get(this.chosen)?.toolhead==="laser"}async start(C=!1){if(this.needsConfirmation&&!C){this.step="confirm",this.host.requestUpdate();return}let{hass:H,device:L,say:M}=this.machine,e=this.chosen,r={device_id:L,...C?{confirm:!0}:{}};this.step="chosen",this.problem=void 0,this.starting=!0,this.host.requestUpdate();try{e===C1?await H.callService("flux3dp","repeat_last_job",r,void 0,!1):await H.callService("flux3dp","start_job",{...r,path:e},void 0,!1),this.close()}catch(t){!C&&t.translation_key==="laser_not_confirmed"?this.step="confirm":this.isOpen?await this.fail(t):this.onProblem(await R(H,t,M))}finally{this.starting=!1,this.host.requestUpdate()}}async take(C){let[H,L]=C??[];if(!H||this.running)return;let{say:M}=this.machine;if(this.back(),L)return this.refuse(M.one_file);let e=I2(H);if(e)return this.fail(e);(!this.folder.startsWith("SD")||this.folder.startsWith(c))&&await this.read("SD"),!(!this.entries||this.problem)&&(this.file=H,this.entries.some(({name:r})=>r===H.name)?this.replaces():await this.send(!1))}replaces(){let{hass:C,name:H,say:L}=this.machine;if(C.user&&!C.user.is_admin)return this.refuse(v(L.replace_admin,{file:this.file?.name??"",name:H}));this.step="replace",this.host.requestUpdate()}async send(C){let{file:H}=this;if(!H)return;let{hass:L,device:M}=this.machine,e=`${this.folder}/${H.name}`;this.step="upload",this.share=0,this.host.requestUpdate();try{this.running=G2(L,M,e,H,C,r=>{this.share=r,this.host.requestUpdate()}),await this.running.done,this.details.delete(e),this.choose(e),this.read(this.folder)}catch(r){this.step=void 0,r===void 0?this.back():r.translation_key==="invalid_exists"?this.replaces():await this.fail(r)}finally{this.running=void 0}}cancelUpload(){this.running?.cancel()}get sending(){return this.step==="upload"}refuse(C){this.problem=C,this.host.requestUpdate()}async fail(C){this.refuse(await R(this.machine.hass,C,this.machine.say))}};function $3(V,C){let H=new Intl.Collator(C,{numeric:!0});return V.filter(({path:M})=>M!==c).sort((M,e)=>+(M.type==="file")-+(e.type==="file")||H.compare(M.name,e.name))}var u1=class{constructor(C){this.host=C;this.shown=!1;this.streaming=!1;this.running=!1;this.onScreen=!1;this.failures=0;this.attach=C=>{C!==this.image&&(this.end(),this.image?.removeEventListener("load",this.loaded),this.image?.removeEventListener("error",this.failed),this.image=C instanceof HTMLImageElement?C:void 0,this.image?.addEventListener("load",this.loaded),this.image?.addEventListener("error",this.failed),this.observe())};this.url=()=>"";this.update=()=>{this.image!==void 0&&this.entity!==void 0&&this.onScreen&&!document.hidden?!this.running&&this.retry===void 0&&this.image&&(this.running=!0,this.image.src=this.url()):this.end()};this.loaded=()=>{!this.running||this.shown||(this.failures=0,this.shown=!0,this.host.requestUpdate())};this.failed=()=>{this.running&&(this.end(),this.retry=setTimeout(()=>{this.retry=void 0,this.update()},Math.min(4e3*2**this.failures++,6e4)))};C.addController(this)}hostConnected(){document.addEventListener("visibilitychange",this.update),this.observe()}hostDisconnected(){document.removeEventListener("visibilitychange",this.update),this.observer?.disconnect(),this.observer=void 0,this.onScreen=!1,this.update()}show(C,H,L){let M=C!==this.entity,e=this.streaming&&!H&&this.running&&this.shown;this.entity=C,this.streaming=H,this.url=L,M?(this.failures=0,this.end()):e&&this.failed(),this.update()}observe(){this.observer?.disconnect(),this.observer=void 0,this.image&&(this.observer=new IntersectionObserver(C=>{this.onScreen=C.at(-1)?.isIntersecting??!1,this.update()}),this.observer.observe(this.image.parentElement??this.image))}end(){clearTimeout(this.retry),this.retry=void 0,this.running&&(this.running=!1,this.shown=!1,this.image?.removeAttribute("src"),this.host.requestUpdate())}};var Z1=X(class extends ${constructor(V){if(super(V),V.type!==k.PROPERTY&&V.type!==k.ATTRIBUTE&&V.type!==k.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!p1(V))throw Error("`live` bindings can only contain a single expression")}render(V){return V}update(V,[C]){if(C===h||C===A)return C;let H=V.element,L=V.name;if(V.type===k.PROPERTY){if(C===H[L])return h}else if(V.type===k.BOOLEAN_ATTRIBUTE){if(!!C===H.hasAttribute(L))return h}else if(V.type===k.ATTRIBUTE&&H.getAttribute(L)===C+"")return h;return h2(V),C}});var y5=["select.correction","select.filament_detect","number.zoffset","switch.movement_test","switch.autoresume","switch.replay"];function w5(V){return y5.some(C=>C in V)}function _5(V,C){return y5.flatMap(H=>{let L=C[H],M=V.states[L??""];return!L||!M||M.state==="unavailable"?[]:[{entity:L,name:V.localize(`component.flux3dp.entity.${H}.name`),state:M}]})}function B5(V,C,H,L,M){return o`${C.map(e=>o`<label class="setting"><span>${e.name}</span>${W3(V,e,H,L,M)}</label>`)}`}function W3(V,{entity:C,state:H},L,M,e){let{attributes:r}=H,t=L.get(C)??H.state;if(C.startsWith("switch.")){let m=l=>{let Z=l.target.checked?"on":"off";e(C,Z,`turn_${Z}`)};return o`<input type="checkbox" role="switch" .checked=${Z1(t==="on")} ?disabled=${M} @change=${m} />`}if(C.startsWith("select.")){let m=Z=>{let u=Z.target.value;e(C,u,"select_option",{option:u})},l=r.options??[];return o`<select ?disabled=${M} @change=${m}>
      ${l.map(Z=>o`<option value=${Z} .selected=${Z1(Z===t)}>${V.formatEntityState(H,Z)}</option>`)}
    </select>`}let i=m=>{let l=m.target;l.value&&l.reportValidity()&&e(C,l.value,"set_value",{value:Number(l.value)})},{min:n,max:a,step:d,unit_of_measurement:p}=r;return o`<span class="number">
    <input
      type="number"
      inputmode="decimal"
      min=${String(n)}
      max=${String(a)}
      step=${String(d??"any")}
      .value=${Z1(t==="unknown"?"":t)}
      ?disabled=${M}
      @input=${m=>L.set(C,m.target.value)}
      @change=${i}
    />${p?o`<span>${p}</span>`:A}
  </span>`}var Q1={home:["home","home_text"],calibrate:["level","calibrate_text"],load_filament:["load","load_text"],unload_filament:["unload","unload_text"]},N3={"°C":210,"°F":410},U3={"°C":170,"°F":338};function P5(V,C){return o`<div class="work">
    <span class="spinner"></span>
    <div>
      <div class="what">${V?.text??C.starting}</div>
      ${V?.hint?o`<div>${V.hint}</div>`:A}
    </div>
  </div>`}function j1(V,C,H,L,M){let e=H.end==="done",r=e?C.say.done:C.say.stop;return o`<button
    type="button"
    class="${M} ${e?"leads":"cancel"} end"
    title=${M==="round"?r:""}
    aria-label=${r}
    ?disabled=${!L||V.ending}
    aria-busy=${V.ending?"true":"false"}
    @click=${()=>V.end(C,H.end)}
  >
    ${x(e?"check":"stop")}${M==="round"?A:o`<span>${r}</span>`}
  </button>`}function T5(V,C,H,L){let{laser:M,say:e}=C;return o`<button type="button" class="command tools" aria-haspopup="dialog" ?disabled=${L} @click=${()=>V.open(C,H)}>
    ${x(M?"settings":"wrench")}<span>${M?e.settings:e.maintenance}</span>
  </button>`}function F5(V,C,H){let L=()=>V.begin(C,"load_filament",!0);return o`<button type="button" class="command load${V.hasLoaded?"":" leads"}" ?disabled=${H} @click=${L}>
    ${x("load")}<span>${N("load_filament",C)}</span>
  </button>`}function R5(V,C,H){let{laser:L,ready:M,say:e}=C,{step:r}=V,t=n=>n.target===n.currentTarget&&V.close(),i=r==="settings"?e.settings:r?N(r,C):e.maintenance;return o`<dialog class="sheet maintenance" aria-labelledby="maintenance" @close=${()=>V.closed()} @click=${t}>
    <header>
      ${r&&!L?H1("back",e.back,()=>V.show(void 0)):A}
      <h2 id="maintenance" tabindex="-1" autofocus>${i}</h2>
      ${H1("close",e.close,()=>V.close())}
    </header>
    ${V.problem?o`<div class="notice" role="alert"><span>${V.problem}</span></div>`:A}
    ${M?A:o`<div class="notice" role="status"><span>${v(e.not_ready,{name:C.name,status:C.status})}</span></div>`}
    ${r==="settings"?Q3(V,C,H):r?G3(V,C,r):I3(V,C,H)}
  </dialog>`}function I3(V,C,H){let{ready:L,say:M}=C,e=t=>t==="home"?V.begin(C,t):V.show(t),r=(t,i,n,a)=>o`<li>
      <button type="button" class="entry" ?disabled=${!L} @click=${a}>
        <span class="tool">${x(t)}</span><span class="label">${i}${n?o`<small>${n}</small>`:A}</span>
      </button>
    </li>`;return o`<div class="room">
    <ul>
      ${D5.map(t=>r(Q1[t][0],N(t,C),M[Q1[t][1]],()=>e(t)))}
      ${H.length?r("settings",M.settings,void 0,()=>V.openSettings(C,H)):A}
    </ul>
  </div>`}function G3(V,C,H){let{hass:L,ready:M,say:e}=C,r=L.config.unit_system.temperature,t=q1.has(H);t&&(V.temperature??=N3[r]);let i=d=>{d.preventDefault(),V.begin(C,H)},n=d=>{let{value:p}=d.target;p&&(V.temperature=Number(p))},a=d=>V.flexible=d.target.checked;return o`<form @submit=${i}>
    <div class="room">
      <p>${t?e.heat_ask:e.calibrate_ask}</p>
      ${t?o`<label class="setting">
            <span>${L.localize("component.flux3dp.entity.sensor.nozzle_temperature.name")}</span>
            <span class="number">
              <input type="number" inputmode="numeric" required min=${U3[r]??0} .value=${String(V.temperature)} @input=${n} /><span>${r}</span>
            </span>
          </label>`:A}
      ${H==="load_filament"?o`<label class="setting"><span>${e.flexible}</span><input type="checkbox" role="switch" .checked=${V.flexible} @change=${a} /></label>`:A}
    </div>
    <div class="answers"><button type="submit" class="main" ?disabled=${!M}>${x(Q1[H][0])}<span>${N(H,C)}</span></button></div>
  </form>`}function Q3(V,C,H){let L=(...M)=>V.change(C,...M);return o`<div class="room">${B5(C.hass,H,V.entered,!C.ready,L)}</div>`}function D(V,C){let H=C===void 0?void 0:V.states[C];return H&&H.state!=="unavailable"&&H.state!=="unknown"?H:void 0}var j3=["pause","resume","cancel","clear"],q3={pause:"pause",resume:"resume",cancel:"abort",clear:"clear"},K3={pause:"pause",resume:"play",cancel:"stop",clear:"broom"},X3={off:"off",idle:"printer",busy:"printer",active:"nozzle",paused:"paused",done:"check",ended:"stop",problem:"alert"},Y3=new Set(["off","idle","busy","active"]),J3={offline:"off",idle:"idle",initializing:"active",starting:"active",resuming:"active",running:"active",heating:"active",calibrating:"active",reconnecting:"active",toolhead_change:"active",completing:"active",aborting:"active",pausing:"paused",paused:"paused",completed:"done",aborted:"ended",alarm:"problem",fatal:"problem",maintenance:"busy",scanning:"busy",sdk_control:"busy",raw_mode:"busy",motion_test:"busy",cartridge_access:"busy"};function E5(V,C,H,L,M){let e=f=>!C.hide?.includes(f),r=f=>D(V,H[f]),t=f=>f?V.formatEntityState(f):void 0,i=r("sensor.status"),n=C0(i?.state),a=n==="active"||n==="paused",d=n==="done"||n==="ended"||n==="problem",p=V0(V,r("sensor.error"),r("sensor.advice")),m=i?.state==="aborted"&&r("sensor.last_job_result")?.state==="failed",l=a||d?M0(V,r("sensor.progress"),i?.state==="completed"):void 0,Z=a?t(r("sensor.time_remaining")):void 0,u=a?r("sensor.finish_time"):void 0,V1=d?r("sensor.last_job_duration"):void 0,g=Number(V1?.state)>=.5?t(V1):void 0,L1=[Z&&v(L.left,{time:Z}),u&&v(L.done_at,{time:h5(new Date(u.state),M,V)}),g&&v(L.took,{time:g})].filter(f=>!!f),V2=t(m?r("sensor.last_job_result"):i)??(V.devices[C.device_id??""]?L.no_status:""),M1=H0(V.devices[C.device_id??""]?.model_id),y=L0(V,i,a,L),f1=y?"Home Assistant":n==="busy"?r("sensor.occupied_by")?.state:void 0,Q5=f1?v(L.in_use_by,{program:f1}):L.in_use,L2=n==="busy"||y?Q5:void 0,j5=K1(V,C,L),g1=i?.state==="idle"&&!!V.devices[C.device_id??""],M2=p!==void 0&&n!=="off",q5=i&&n==="busy"&&!y&&V.user?.is_admin?[{command:"free",icon:"free",entity:i.entity_id,text:L.free}]:[],O1=M2||m?"problem":n;return{name:j5,tone:O1,icon:M1&&Y3.has(O1)?"laser":X3[O1],unverified:V.states[H["sensor.status"]??""]?.attributes.verified===!1,laser:M1,status:V2,statusEntity:H["sensor.status"],detail:L2,active:a,problem:n==="off"?void 0:p,job:e("job")&&(a||d)?r("sensor.job_name")?.state:void 0,progress:e("progress")?l:void 0,times:e("times")?L1:[],row:(y?[y.text,f1]:[V2,M2?p.text:L2??L1[0]]).filter(Boolean).join(" · "),facts:e0(V,C,H,L,e),takesFiles:g1,offersFiles:g1&&e("buttons")&&e("files"),offersMaintenance:g1&&e("buttons")&&e("maintenance")&&(!M1||w5(H)),work:y,loads:!M1&&!y&&i?.state==="paused"&&p?.key==="load_filament"&&e("buttons"),buttons:e("buttons")?[...r0(V,H,i).filter(({command:f})=>!y||a&&f==="cancel"),...q5]:[],...t0(V,C,H,e("picture"),a||d),power:i0(V,C)}}function C0(V){return V===void 0?"idle":J3[V]??"active"}function H0(V){return!!V&&!V?.startsWith("delta")}function K1(V,C,H){if(!C.device_id)return H.choose_device;let L=V.devices[C.device_id];return L?L.name_by_user||L.name||H.card_name:H.device_gone}function V0(V,C,H){if(!C||C.state==="none")return;let L=V.formatEntityState(C),M=C.attributes.label;if(C.state==="other"&&typeof M=="string"&&M&&(L=`${L}: ${M}`),H)return{text:L,advice:V.formatEntityState(H),key:H.state};let e=C.attributes.advice;return typeof e!="string"?{text:L}:{text:L,advice:V.formatEntityAttributeValue(C,"advice"),key:e}}function L0(V,C,H,L){let{task:M,step:e,temperature:r,point:t}=C?.attributes??{};if(!C||typeof M!="string")return;let i=(m,l)=>V.formatEntityAttributeValue(C,m,l);if(M==="calibrate"){let m=V.formatEntityState(C,"calibrating");return{text:t?v(L.calibrating_point,{point:String(t)}):m,spoken:m,end:"stop"}}let n=H?"loading":typeof e=="string"?e:void 0,a=M==="load_filament"&&(n==="waiting"||n==="loading"),d=n?i("step",n):M==="home"?i("task"):L.starting;return{text:n==="heating"&&r?`${d} ${X1(V,r)}`:d,spoken:d,hint:a?L.load_hint:void 0,end:a?"done":"stop"}}function X1(V,C){return`${String(C)} ${V.config.unit_system.temperature}`}function M0(V,C,H){let L=Number(C?.state);return!C||Number.isNaN(L)?void 0:{percent:H?100:Math.min(100,Math.max(0,L)),text:V.formatEntityState(C,H?"100":void 0)}}function e0(V,C,H,L,M){let e=[],r=a=>V.localize(`component.flux3dp.entity.${a}.name`),t=D(V,H["sensor.nozzle_temperature"]);if(t&&M("temperature")){let a=D(V,H["sensor.nozzle_target"]),d=a&&Number(a.state)>0?V.formatEntityState(a):void 0,p=V.formatEntityState(t),m=d?`${p} / ${d}`:p,l=[r("sensor.nozzle_temperature"),d&&r("sensor.nozzle_target")].filter(Boolean);e.push({icon:"thermometer",text:m,label:`${l.join(" / ")}: ${m}`,entity:t.entity_id})}let i=D(V,H["sensor.toolhead"]);if(i&&M("toolhead")){let a=i.state==="none"?L.no_toolhead:V.formatEntityState(i),d=i.state==="laser"?"laser":i.state==="none"?"nozzleOff":"nozzle";e.push({icon:d,text:a,label:`${r("sensor.toolhead")}: ${a}`,entity:i.entity_id})}let n=D(V,C.power_sensor);if(n){let a=V.formatEntityState(n);e.push({icon:"flash",text:a,label:`${z5(n)}: ${a}`,entity:n.entity_id})}return e}function r0(V,C,H){let L=H?.attributes.commands;return j3.flatMap(M=>{let e=q3[M],r=C[`button.${e}`];return!r||!H||!Array.isArray(L)||!L.includes(M)?[]:(V.states[r]?.state??"unavailable")==="unavailable"?[]:[{command:M,icon:K3[M],entity:r,text:V.localize(`component.flux3dp.entity.button.${e}.name`)}]})}function t0(V,C,H,L,M){if(!L)return{};let e=C.camera||H["camera.camera"],r=e!==void 0&&(V.states[e]?.state??"unavailable")!=="unavailable",t=M?D(V,H["image.preview"])?.attributes.entity_picture:void 0;return{camera:r?e:void 0,picture:typeof t=="string"?t:void 0}}function z5(V){return String(V.attributes.friendly_name??V.entity_id)}function i0(V,C){if(!C.power)return;let H=V.states[C.power];return{entity:C.power,name:H?z5(H):C.power,on:H?.state==="on",available:H?.state==="on"||H?.state==="off"}}function $5(V,C,H,L){return V.localize!==C.localize||V.formatEntityState!==C.formatEntityState||V.locale!==C.locale||L!==void 0&&V.devices[L]!==C.devices[L]||H.some(M=>V.states[M]!==C.states[M])}var D5=["home","calibrate","load_filament","unload_filament"],q1=new Set(["load_filament","unload_filament"]);function N(V,{hass:C}){return C.localize(`component.${s}.entity.button.${V}.name`)}var c1=class{constructor(C,H,L){this.host=C;this.onEnd=H;this.onProblem=L;this.isOpen=!1;this.flexible=!1;this.entered=new Map;this.ending=!1;this.hasLoaded=!1;C.addController(this)}hostDisconnected(){this.closed()}hostUpdated(){let C=this.isOpen?String(this.step):void 0;C&&this.heading&&C!==this.heading&&this.host.renderRoot.querySelector("#maintenance")?.focus(),this.heading=C}render(C,H){return R5(this,C,H)}open(C,H){this.isOpen=!0,this.step=void 0,C.laser&&this.openSettings(C,H),this.host.requestUpdate()}show(C){this.step=C,this.temperature=this.usual,this.flexible=!1,this.problem=void 0,this.host.requestUpdate()}openSettings({hass:C},H){this.problem=void 0,this.step="settings",this.host.requestUpdate(),C.callService("homeassistant","update_entity",{entity_id:H.map(({entity:M})=>M)},void 0,!1).catch(()=>{})}async change({hass:C,say:H},L,M,e,r={}){this.problem=void 0,this.entered.set(L,M),this.host.requestUpdate();try{await C.callService(L.split(".",1)[0],e,{entity_id:L,...r},void 0,!1)}catch(t){this.problem=await R(C,t,H)}finally{this.entered.get(L)===M&&this.entered.delete(L),this.host.requestUpdate()}}closed(){this.isOpen=!1,this.problem=void 0,this.entered.clear(),this.host.requestUpdate()}close(){this.host.renderRoot.querySelector("dialog.maintenance")?.close(),this.closed()}async begin(C,H,L=!1){if(this.begun)return;let{hass:M,device:e,say:r}=C,t=q1.has(H),i=t&&!L?{temperature:this.temperature}:{},n={device_id:e,...i,...H==="load_filament"&&!L&&this.flexible?{flexible:!0}:{}};t&&!L&&(this.usual=this.temperature),this.begun=H,this.close(),this.onEnd();try{let a=await M.callService(s,H,n,void 0,!1,t);this.hasLoaded=L;let{nozzle_is_hot:d,temperature:p}=a?.response??{};L?this.onEnd(r.loaded):H==="calibrate"?this.onEnd(`${N(H,C)} · ${r.done}`):t&&d!==!1&&this.onEnd(p?`${r.nozzle_hot} · ${X1(M,p)}`:r.nozzle_hot)}catch(a){!(this.ending&&a.translation_key==="maintenance_stopped")&&!U1(a)&&this.onProblem(a)}finally{this.begun=void 0,this.ending=!1,this.host.requestUpdate()}}async end({hass:C,device:H},L){this.ending=!0,this.host.requestUpdate();try{await C.callService(s,L==="done"?"stop_loading":"cancel_job",{device_id:H},void 0,!1),this.begun||(this.ending=!1)}catch(M){this.ending=!1,this.onProblem(M)}finally{this.host.requestUpdate()}}};var Y1=["idle","maintenance","paused","offline"];var S1=class{constructor(C){this.host=C;this.during=[];this.ends=1/0;this.drop=()=>this.show(void 0,[],!1);C.addController(this)}hostConnected(){this.startTimer()}hostDisconnected(){clearTimeout(this.timer)}show(C,H,L){this.text=C,this.during=H,this.ends=C&&L?Date.now()+3e5:1/0,this.startTimer(),this.host.requestUpdate()}follow(C,H,L){let M=this.status==="offline"&&C!=="offline"&&this.ends===1/0,e=H!==void 0&&this.task===void 0;this.status=C,this.task=H,(M||e||!this.during.includes(C)||Date.now()>=this.ends)&&!L&&this.drop()}startTimer(){clearTimeout(this.timer),this.ends<1/0&&this.host.isConnected&&(this.timer=setTimeout(this.drop,this.ends-Date.now()))}};function W5(V,C){let H=M=>M.target===M.currentTarget&&M.target.close(),L=M=>{M.currentTarget.closest("dialog")?.close(),C(),V.act?.()};return o`<dialog class="question" aria-labelledby="question" aria-describedby="reason" @close=${C} @click=${H}>
    <form method="dialog">
      <h2 id="question">${V.title}</h2>
      <p id="reason">${V.text}</p>
      <div class="answers">
        <button type="submit" class="no" autofocus>${V.no}</button>
        ${V.act?o`<button type="button" class="yes" @click=${L}>${V.yes}</button>`:A}
      </div>
    </form>
  </dialog>`}var N5=I`
  :host {
    display: block;
    block-size: 100%;
    --tone: var(--state-inactive-color, var(--disabled-color, #9e9e9e));
    --gap: var(--ha-space-3, 12px);
    --round: var(--ha-border-radius-lg, 12px);
    --wash: color-mix(in srgb, var(--primary-text-color) 6%, transparent);
  }
  ha-card {
    display: block;
    block-size: 100%;
    box-sizing: border-box;
    position: relative;
    overflow: hidden;
    container-type: inline-size;
    font-size: var(--ha-font-size-m, 14px);
    line-height: var(--ha-line-height-normal, 1.5);
    color: var(--primary-text-color);
  }
  /* In a view where it was given less room than it needs. */
  ha-card.full {
    overflow: hidden auto;
  }
  ha-card:not(:defined) {
    background: var(--ha-card-background, var(--card-background-color, #fff));
    border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--divider-color, #e0e0e0));
    border-radius: var(--ha-card-border-radius, var(--round));
  }
  [data-tone="off"] {
    --tone: var(--state-unavailable-color, var(--disabled-color, #bdbdbd));
  }
  [data-tone="active"] {
    --tone: var(--primary-color);
  }
  [data-tone="busy"],
  [data-tone="paused"] {
    --tone: var(--warning-color);
  }
  [data-tone="done"] {
    --tone: var(--success-color);
  }
  [data-tone="problem"] {
    --tone: var(--error-color);
  }
  svg {
    inline-size: 24px;
    block-size: 24px;
    fill: currentColor;
    flex: none;
    display: block;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    margin: 0;
    padding: 0;
    cursor: pointer;
    border-radius: var(--round);
    -webkit-tap-highlight-color: transparent;
  }
  button:disabled {
    cursor: default;
  }
  button:focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: -2px;
  }
  /* Numbers with their units keep their order where the page goes from right to left. */
  .percent,
  .times span,
  .facts span {
    unicode-bidi: plaintext;
  }
  .spoken {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .head {
    display: flex;
    align-items: center;
    min-block-size: 56px;
    padding-inline-end: 10px;
    box-sizing: border-box;
  }
  .title {
    display: flex;
    align-items: center;
    gap: 10px;
    flex: 1;
    min-inline-size: 0;
    padding: 10px;
    text-align: start;
  }
  .badge,
  .power,
  .round,
  .shield {
    display: grid;
    place-items: center;
    inline-size: 36px;
    block-size: 36px;
    flex: none;
    border-radius: 50%;
    color: var(--tone);
    background: color-mix(in srgb, var(--tone) 20%, transparent);
  }
  .words {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    column-gap: 8px;
    flex: 1;
    min-inline-size: 0;
  }
  .state {
    grid-column: 1 / -1;
  }
  .name,
  .state {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .name {
    font-weight: var(--ha-font-weight-medium, 500);
    line-height: 20px;
  }
  .state {
    font-size: var(--ha-font-size-s, 12px);
    line-height: 16px;
  }
  .shield {
    color: var(--secondary-text-color);
    background: none;
  }
  .shield svg {
    inline-size: 20px;
    block-size: 20px;
  }
  .power,
  .round {
    color: var(--secondary-text-color);
    background: var(--wash);
  }
  .round.cancel {
    color: var(--error-color);
  }
  .round.leads {
    color: var(--primary-color);
  }
  .round + .power {
    margin-inline-start: 8px;
  }
  .power[aria-pressed="true"] {
    color: var(--state-switch-on-color, var(--state-active-color, var(--primary-color)));
    background: color-mix(in srgb, currentColor 20%, transparent);
  }
  .power:disabled,
  .round:disabled {
    opacity: 0.5;
  }

  .body {
    display: grid;
    gap: var(--gap);
    padding: 0 var(--gap) var(--gap);
  }
  .picture {
    position: relative;
    aspect-ratio: 4 / 3;
    overflow: hidden;
    border-radius: var(--round);
    background: var(--wash);
  }
  .picture img,
  .look {
    display: block;
    inline-size: 100%;
    block-size: 100%;
  }
  .picture img {
    object-fit: contain;
    opacity: 0;
    transition: opacity 0.2s;
  }
  .picture img.shown {
    opacity: 1;
  }
  .waiting {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    color: var(--secondary-text-color);
    opacity: 0.5;
  }
  .swap {
    position: absolute;
    inset-block-end: 8px;
    inset-inline-end: 8px;
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    border-radius: 50%;
    color: var(--primary-text-color);
    background: color-mix(in srgb, var(--card-background-color, #fff) 85%, transparent);
  }

  .details {
    display: grid;
    gap: var(--gap);
    align-content: start;
    min-inline-size: 0;
  }
  .details:not(:has(> *)),
  .body:not(:has(.picture, .details > *)) {
    display: none;
  }
  .problem,
  .notice {
    display: flex;
    gap: 10px;
    padding: 10px 12px;
    border-radius: var(--round);
    background: color-mix(in srgb, var(--error-color) 12%, transparent);
    overflow-wrap: anywhere;
  }
  .problem {
    margin: 0 var(--gap) var(--gap);
  }
  .problem svg {
    color: var(--error-color);
  }
  .what {
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .notice {
    background: color-mix(in srgb, var(--warning-color) 16%, transparent);
  }
  .notice span {
    flex: 1;
  }
  .job {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .progress {
    display: flex;
    align-items: center;
    gap: 10px;
  }
  .bar {
    flex: 1;
    block-size: 8px;
    border-radius: 4px;
    overflow: hidden;
    background: color-mix(in srgb, var(--tone) 20%, transparent);
  }
  .bar div {
    block-size: 100%;
    border-radius: inherit;
    background: var(--tone);
    transition: inline-size 0.4s;
  }
  .words .percent {
    line-height: 20px;
  }
  .percent {
    font-variant-numeric: tabular-nums;
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .times {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 var(--gap);
    margin-block-start: calc(var(--gap) * -0.5);
    color: var(--secondary-text-color);
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .facts button {
    display: flex;
    align-items: center;
    gap: 6px;
    min-block-size: 32px;
    padding: 0 12px 0 10px;
    border-radius: 16px;
    background: var(--wash);
    font-variant-numeric: tabular-nums;
  }
  .facts svg {
    inline-size: 18px;
    block-size: 18px;
    color: var(--secondary-text-color);
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .command {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    flex: 1 1 120px;
    min-inline-size: fit-content;
    min-block-size: 42px;
    padding: 4px 12px;
    background: var(--wash);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .command.leads {
    background: color-mix(in srgb, var(--primary-color) 20%, transparent);
  }
  .command.cancel svg,
  .command.free svg {
    color: var(--error-color);
  }
  .command.pause svg,
  .command.resume svg,
  .command.files svg,
  .command.tools svg,
  .command.leads svg,
  .command.load svg,
  .command.clear svg {
    color: var(--primary-color);
  }
  .command:disabled {
    opacity: 0.5;
  }
  @media (hover: hover) {
    .facts button:hover,
    .command:hover:enabled:not(.leads),
    .round:hover:enabled,
    .shield:hover,
    .power:hover:enabled {
      background: color-mix(in srgb, var(--primary-text-color) 12%, transparent);
    }
  }

  .compact .bar {
    position: absolute;
    inset-inline: 0;
    inset-block-end: 0;
    block-size: 4px;
    border-radius: 0;
  }

  @container (min-width: 560px) {
    .body:has(.picture) {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
  }

  .answers {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 8px;
  }
  .answers button {
    min-block-size: 42px;
    padding: 4px 16px;
    background: var(--wash);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .answers .yes {
    background: color-mix(in srgb, var(--error-color) 20%, transparent);
  }

  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
    }
  }
`;var E=class extends w{constructor(){super(...arguments);this.entities={};this.watched=[];this.live=new u1(this);this.notice=new S1(this);this.mayControl=!0;this.showJobPicture=!1;this.files=new s1(this,H=>this.report(H));this.maintenance=new c1(this,H=>this.report(H,Y1,!this.maintenance.hasLoaded),H=>this.fail(H,Y1))}setConfig(H){this.config=W1(H),this.notice.drop(),this.mayControl=!0,this.find(),this.requestUpdate()}set hass(H){let L=this.house;if(this.house=H,!L||L.entities!==H.entities)this.find();else if(!$5(L,H,this.watched,this.config?.device_id))return;this.notice.follow(this.status?.state,this.status?.attributes.task,!this.mayControl),this.status?.state!=="paused"&&(this.maintenance.hasLoaded=!1),this.requestUpdate()}get isBusy(){return this.pending!==void 0||this.maintenance.begun!==void 0}get status(){return this.house?.states[this.entities["sensor.status"]??""]}getCardSize(){return this.config?.layout==="compact"?1:this.config?.hide?.includes("picture")?4:8}getGridOptions(){return this.config?.layout==="compact"?{columns:12,rows:1,min_columns:6,min_rows:1}:{columns:12,rows:"auto",min_columns:6}}updated(){for(let H of this.renderRoot.querySelectorAll("dialog"))H.open||H.showModal()}find(){if(!this.house||!this.config)return;this.entities=b2(this.house,this.config.device_id);let H=[this.config.camera,this.config.power,this.config.power_sensor];this.watched=[...Object.values(this.entities),...H.filter(L=>!!L)]}render(){let{house:H,config:L}=this;if(!H||!L)return A;let M=S(H.locale.language),e=E5(H,L,this.entities,M,new Date),r=L.layout==="compact",t=this.machineOf(H,e,M),i=_5(H,this.entities),n=a=>this.drop(a,t);return o`<ha-card class=${r?"compact":"full"} data-tone=${e.tone} @dragover=${this.files.hover} @drop=${n}>
      ${r?this.renderRow(e,M,t):this.renderFull(e,M,t,i)}
      ${this.files.isDraggedOver&&!this.files.isOpen?o`<div class="drop">${v(M.drop,{name:e.name})}</div>`:A}
      ${this.files.isOpen?this.files.render(t):A}
      ${this.maintenance.isOpen?this.maintenance.render(t,i):A}
      ${this.question?W5(this.question,this.answered(this.question)):A}
    </ha-card>`}renderRow(H,L,M){return o`<div class="head">
        ${this.renderTitle(H,H.row,H.active&&!H.work?H.progress?.text:void 0)}${H.work?j1(this.maintenance,M,H.work,this.mayControl,"round"):A}${this.renderShield(H,L)}${this.renderPower(H,L)}
      </div>
      ${H.active?this.renderBar(H,L):A}`}machineOf(H,{name:L,laser:M,status:e,takesFiles:r},t){return{hass:H,device:this.config?.device_id??"",name:L,laser:M,status:e,ready:r&&this.mayControl,say:t}}renderFull(H,L,M,e){let r=H.detail?`${H.status} · ${H.detail}`:H.status,{problem:t,work:i}=H,n=this.maintenance.begun!==void 0&&!i;return o`<div class="head">${this.renderTitle(H,r)}${this.renderShield(H,L)}${this.renderPower(H,L)}</div>
      ${t?o`<div class="problem">
            ${x("alert")}
            <div>
              <div class="what">${t.text}</div>
              ${t.advice?o`<div>${t.advice}</div>`:A}
            </div>
          </div>`:A}
      <div class="body">
        ${this.renderPicture(H,L)}
        <div class="details">
          ${H.job?o`<div class="job">${H.job}</div>`:A}
          ${H.progress?o`<div class="progress">
                ${this.renderBar(H,L)}<span class="percent">${H.progress.text}</span>
              </div>`:A}
          ${H.times.length?o`<div class="times">${H.times.map(a=>o`<span>${a}</span>`)}</div>`:A}
          ${H.facts.length?o`<div class="facts">
                ${H.facts.map(a=>o`<button type="button" title=${a.label} aria-label=${a.label} @click=${()=>this.more(a.entity)}>
                      ${x(a.icon)}<span>${a.text}</span>
                    </button>`)}
              </div>`:A}
          ${i||n?P5(i,L):A}
          ${H.buttons.length||H.loads||H.offersFiles||H.offersMaintenance||i?o`<div class="buttons">
                ${i?j1(this.maintenance,M,i,this.mayControl,"command"):A}
                ${H.loads?F5(this.maintenance,M,!this.mayControl||this.isBusy):A}
                ${H.buttons.map(a=>this.renderButton(a,H,L))}
                ${H.offersFiles?f5(this.files,M,!M.ready||this.isBusy):A}
                ${H.offersMaintenance?T5(this.maintenance,M,e,!M.ready||this.isBusy):A}
              </div>`:A}
          ${this.renderNotice(H,L)}
        </div>
      </div>`}renderTitle(H,L,M){let{statusEntity:e}=H;return o`<button
        type="button"
        class="title"
        ?disabled=${!e}
        @click=${()=>e&&this.more(e)}
      >
        <span class="badge">${x(H.icon)}</span>
        <span class="words">
          <span class="name">${H.name}</span>
          ${M?o`<span class="percent">${M}</span>`:A}
          <span class="state">${L}</span>
        </span>
      </button>
      <span class="spoken" role="status">${[H.status,H.work?.spoken,H.problem?.text].filter(Boolean).join(". ")}</span>`}renderBar(H,L){if(!H.progress)return A;let{percent:M,text:e}=H.progress;return o`<div
      class="bar"
      role="progressbar"
      aria-label=${L.progress}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${M}
      aria-valuetext=${e}
    >
      <div style="inline-size: ${M}%"></div>
    </div>`}renderPicture(H,L){let{house:M}=this,{camera:e,picture:r}=H;if(!M||!e&&!r)return A;let t=e!==void 0&&r!==void 0;if(e===void 0||t&&this.showJobPicture)return o`<div class="picture">
        <img class="shown" src=${M.hassUrl(r)} alt=${L.job_picture} />
        ${t?this.renderSwap("camera",L.show_camera):A}
      </div>`;let i=M.states[e],n=i?.attributes.streaming===!0||i?.state==="streaming";return this.live.show(e,n,()=>this.streamOf(e)),o`<div class="picture">
      ${this.live.shown?A:o`<span class="waiting" title=${L.waiting_for_picture}>${x("noVideo")}</span>`}
      <button type="button" class="look" @click=${()=>this.more(e)} aria-label=${v(L.live_picture,{name:H.name})}>
        <img class=${this.live.shown?"shown":""} alt="" ${g2(this.live.attach)} />
      </button>
      ${t?this.renderSwap("image",L.show_job_picture):A}
    </div>`}renderSwap(H,L){return o`<button type="button" class="swap" title=${L} aria-label=${L} @click=${()=>{this.showJobPicture=!this.showJobPicture,this.requestUpdate()}}>${x(H)}</button>`}renderButton(H,L,M){let{command:e,entity:r,text:t}=H,i=()=>e==="free"?this.run(r,s,"free_device"):this.run(r,"button","press"),n=e==="cancel"?{title:M.cancel_question,text:M.cancel_text,no:M.cancel_no}:e==="free"&&{title:M.free_question,text:v(M.free_text,{name:L.name}),no:M.close},a=n?()=>this.ask({...n,yes:t,act:i}):i,d=H.command==="resume"&&L.loads&&this.maintenance.hasLoaded,p=H.command==="cancel"?this.pending!==void 0:this.isBusy;return o`<button
      type="button"
      class="command ${H.command}${d?" leads":""}"
      ?disabled=${!this.mayControl||p}
      aria-busy=${this.pending===H.entity?"true":"false"}
      @click=${a}
    >
      ${x(H.icon)}<span>${H.text}</span>
    </button>`}renderShield(H,L){if(!H.unverified)return A;let M=()=>this.ask({title:L.unverified,text:L.unverified_text,no:L.close});return o`<button
      type="button"
      class="shield"
      title="${L.unverified}. ${L.unverified_text}"
      aria-label=${L.unverified}
      aria-haspopup="dialog"
      @click=${M}
    >
      ${x("shieldOff")}
    </button>`}renderPower(H,L){let{power:M}=H;return M?o`<button
      type="button"
      class="power"
      title=${M.name}
      aria-label=${M.name}
      aria-pressed=${M.on?"true":"false"}
      ?disabled=${!M.available||!this.mayControl||this.pending!==void 0}
      @click=${()=>this.switchPower(M,H,L)}
    >
      ${x("power")}
    </button>`:A}renderNotice(H,L){let M=H.buttons.length||H.power||H.work||H.offersFiles||H.offersMaintenance;return!this.notice.text||!this.mayControl&&!M?A:o`<div class="notice" role="alert">
      <span>${this.notice.text}</span>
      ${this.mayControl?o`<button type="button" title=${L.close} aria-label=${L.close} @click=${this.notice.drop}>${x("close")}</button>`:A}
    </div>`}answered(H){return()=>{this.question===H&&(this.question=void 0,this.requestUpdate())}}ask(H){this.question=H,this.requestUpdate()}switchPower(H,L,M){let e=()=>this.run(H.entity,"homeassistant",H.on?"turn_off":"turn_on");if(!H.on||!L.active)return void e();this.ask({title:M.power_question,text:v(M.power_text,{name:L.name}),no:M.power_no,yes:M.power_yes,act:e})}async run(H,L,M){if(!(!this.house||this.pending!==void 0)){this.pending=H,this.notice.drop();try{await this.house.callService(L,M,{entity_id:H},void 0,!1)}catch(e){await this.fail(e)}finally{this.pending=void 0,this.requestUpdate()}}}async fail(H,L){this.house&&(N1(H)&&(this.mayControl=!1),this.report(await R(this.house,H,S(this.house.locale.language)),L))}report(H,L=[],M=!1){if(!this.house||!this.config)return;let e=S(this.house.locale.language);if(H&&this.config.layout==="compact")return this.ask({title:K1(this.house,this.config,e),text:H,no:e.close});this.notice.show(H,[this.status?.state,...L],M)}async drop(H,L){let M=H.dataTransfer?.files;if(!M?.length)return;H.preventDefault(),this.files.dragOver(!1);let{name:e,ready:r,say:t,status:i}=L;if(!r)return this.report(this.mayControl?v(t.not_ready,{name:e,status:i}):t.not_allowed);await this.files.open(L,"SD"),await this.files.take(M)}more(H){this.dispatchEvent(new CustomEvent("hass-more-info",{bubbles:!0,composed:!0,detail:{entityId:H}}))}streamOf(H){let L=this.house?.states[H]?.attributes.access_token;return this.house?.hassUrl(`/api/camera_proxy_stream/${H}?token=${String(L)}`)??""}};E.styles=[N5,$2],E.getConfigForm=D2,E.getStubConfig=E2;var J1="ll-strategy-dashboard-flux3dp";function U5(V){let C=new Set(Object.values(V.entities).map(r=>r.platform===s&&r.device_id||"")),H=r=>V.devices[r]?.name_by_user||V.devices[r]?.name||"",L=[...C].filter(r=>V.devices[r]).sort((r,t)=>H(r).localeCompare(H(t),V.locale.language)),M=r=>({type:J,device_id:r,layout:"full"});return{views:[{title:"FLUX",type:"sections",max_columns:3,sections:L.map(r=>({type:"grid",cards:[M(r)]}))}]}}var I5="https://github.com/flux3dp-contributors/flux3dp#dashboards",C2=class extends HTMLElement{static generate(C,H){return U5(H)}static getCreateSuggestions(){return{title:"FLUX",icon:"mdi:printer-3d"}}};function H2(){let V=window.customElements;V.get(W)||V.define(W,E),V.get(J1)||V.define(J1,C2)}H2();window.customElements.whenDefined("home-assistant").then(H2);for(let V of[0,1e3,5e3])setTimeout(H2,V);var h1=window;h1.customCards??=[];h1.customStrategies??=[];function G5(V,C){V.some(({type:H})=>H===C.type)||V.push(C)}var o0={type:W,get name(){return S().card_name},get description(){return S().card_description},preview:!0,documentationURL:I5,getEntitySuggestion:z2};G5(h1.customCards,o0);var a0={type:s,strategyType:"dashboard",get name(){return S().dashboard_name},get description(){return S().dashboard_description},documentationURL:I5};G5(h1.customStrategies,a0);
/*! Bundled license information:

@lit/reactive-element/css-tag.js:
  (**
   * @license
   * Copyright 2019 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

@lit/reactive-element/reactive-element.js:
lit-html/lit-html.js:
lit-element/lit-element.js:
lit-html/directive.js:
lit-html/async-directive.js:
  (**
   * @license
   * Copyright 2017 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/is-server.js:
  (**
   * @license
   * Copyright 2022 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/directive-helpers.js:
lit-html/directives/ref.js:
lit-html/directives/live.js:
  (**
   * @license
   * Copyright 2020 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)
*/
